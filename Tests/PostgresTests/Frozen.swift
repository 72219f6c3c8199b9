import Foundation

enum Frozen {
    /// Stops a process for as long as `body` runs.
    static func process(_ id: Int32, _ body: () async throws -> Void) async throws {
        kill(id, SIGSTOP)
        defer { kill(id, SIGCONT) }
        try await body()
    }
}
