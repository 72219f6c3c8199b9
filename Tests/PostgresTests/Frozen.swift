import Foundation

enum Frozen {
    struct Refused: Error {}

    /// Stops a process of this machine for as long as `body` runs.
    @discardableResult
    static func process<R>(_ id: Int32, _ body: () async throws -> R) async throws -> R {
        try await processes([id], body)
    }

    @discardableResult
    static func processes<R>(_ ids: [Int32], _ body: () async throws -> R) async throws -> R {
        defer { for id in ids { kill(id, SIGCONT) } }
        for id in ids {
            guard kill(id, SIGSTOP) == 0 else { throw Refused() }
        }
        return try await body()
    }
}
