import Foundation
import TestSupport

/// The built program, as a person or a script starts it.
enum Program {
    struct Outcome {
        let status: Int32
        let output: String
        let errors: String

        var json: Any? {
            try? JSONSerialization.jsonObject(with: Data(output.utf8), options: .fragmentsAllowed)
        }

        var object: [String: Any] { json as? [String: Any] ?? [:] }
        var list: [[String: Any]] { json as? [[String: Any]] ?? [] }
        var errorCode: String? { (object["error"] as? [String: Any])?["code"] as? String }
    }

    /// Beside the test bundle, where the build puts it.
    static let path: String = {
        let beside =
            Bundle.allBundles.map(\.bundleURL) + [Bundle.main.bundleURL, URL(filePath: CommandLine.arguments[0])]
        let candidates = beside.flatMap { [$0, $0.deletingLastPathComponent()] }.map {
            $0.appending(path: "gatehouse").path
        }
        return candidates.first { FileManager.default.isExecutableFile(atPath: $0) } ?? "gatehouse"
    }()

    /// Runs it to its end. The environment is what is given and nothing else but PATH and HOME.
    static func run(
        _ arguments: [String], _ environment: [String: String] = [:], input: String = "", program: String = path,
        within limit: Duration = .seconds(60)
    ) async throws -> Outcome {
        let running = try RunningProgram(program, arguments, environment: environment, input: input)
        let status = await running.waitForEnd(within: limit)
        return Outcome(status: status, output: running.output, errors: running.errors)
    }

    /// `gatehouse admin … --json`.
    static func admin(
        _ arguments: String..., in installation: Installation, input: String = ""
    ) async throws -> Outcome {
        try await run(["admin"] + arguments + ["--json"], installation.environment, input: input)
    }
}
