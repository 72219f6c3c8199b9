import Foundation

/// Prometheus' own checks of what is written for it.
enum Promtool {
    static let path = ["/usr/bin/promtool", "/usr/local/bin/promtool", "/opt/homebrew/bin/promtool"]
        .first { FileManager.default.isExecutableFile(atPath: $0) }

    /// What it has to say against it; nothing when it is content.
    static func complaints(_ arguments: String..., input: String = "") async throws -> String {
        let running = try RunningProgram(path ?? "promtool", arguments, environment: [:], input: input)
        let status = await running.waitForEnd()
        // It praises on the one stream and complains on the other.
        return status == 0 ? running.errors : "status \(status): \(running.errors)\(running.output)"
    }
}
