import Foundation

enum Frozen {
    struct Refused: Error {}

    /// Stops a process of this machine for as long as `body` runs.
    static func process(_ id: Int32, _ body: () async throws -> Void) async throws {
        guard kill(id, SIGSTOP) == 0 else { throw Refused() }
        defer { kill(id, SIGCONT) }
        try await body()
    }
}
