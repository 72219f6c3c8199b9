import Foundation

enum Frozen {
    struct Refused: Error {}

    /// Stops a process of this machine for as long as `body` runs.
    @discardableResult
    static func process<R>(_ id: Int32, _ body: () async throws -> R) async throws -> R {
        guard kill(id, SIGSTOP) == 0 else { throw Refused() }
        defer { kill(id, SIGCONT) }
        return try await body()
    }
}
