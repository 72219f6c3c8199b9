import Foundation
import Synchronization

/// A process whose streams go to files, so that nobody has to read them for it to go on.
final class RunningProgram: Sendable {
    private let folder: URL
    private let process: Mutex<Process>
    private let ending: Task<Int32, Never>
    let id: pid_t

    /// With a terminal it reads from there and writes its diagnostics to it.
    init(
        _ path: String, _ arguments: [String], environment: [String: String], input: String = "",
        terminal: FileHandle? = nil
    ) throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "gatehouse-e2e-\(UUID().uuidString)")
        self.folder = folder
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        func stream(_ name: String, _ contents: String = "") throws -> URL {
            let file = folder.appending(path: name)
            try Data(contents.utf8).write(to: file)
            return file
        }
        let process = Process()
        process.executableURL = URL(filePath: path)
        process.arguments = arguments
        let inherited = ProcessInfo.processInfo.environment
        process.environment = environment.merging(["PATH": inherited["PATH"] ?? "", "HOME": inherited["HOME"] ?? "/"]) {
            given, _ in given
        }
        let own = [
            try FileHandle(forReadingFrom: try stream("in", input)), try FileHandle(forWritingTo: try stream("out")),
            try FileHandle(forWritingTo: try stream("err")),
        ]
        // The process has its own by then; Foundation keeps these open for much longer, and others would inherit them.
        defer { for handle in own { try? handle.close() } }
        process.standardInput = terminal ?? own[0]
        process.standardOutput = own[1]
        process.standardError = terminal ?? own[2]
        let (endings, continuation) = AsyncStream.makeStream(of: Int32.self)
        self.ending = Task { await endings.first { _ in true } ?? 255 }
        process.terminationHandler = { ended in
            let signal = ended.terminationReason == .uncaughtSignal
            continuation.yield(signal ? 128 + ended.terminationStatus : ended.terminationStatus)
            continuation.finish()
        }
        try process.run()
        id = process.processIdentifier
        self.process = Mutex(process)
    }

    deinit {
        try? FileManager.default.removeItem(at: folder)
    }

    var output: String { text(of: "out") }
    var errors: String { text(of: "err") }
    var hasEnded: Bool { process.withLock { !$0.isRunning } }

    func send(_ signal: Int32) {
        if process.withLock({ $0.isRunning }) { kill(id, signal) }
    }

    /// The exit status; 128 and its number for a signal. Ends the process when it takes longer than the limit.
    func waitForEnd(within limit: Duration = .seconds(60)) async -> Int32 {
        let guardian = Task {
            try await Task.sleep(for: limit)
            send(SIGKILL)
        }
        defer { guardian.cancel() }
        return await ending.value
    }

    private func text(of name: String) -> String {
        (try? String(contentsOf: folder.appending(path: name), encoding: .utf8)) ?? ""
    }
}

struct NotInTime: Error, CustomStringConvertible {
    let description: String
}

/// Asks again and again until the answer isn't nil. The things waited for happen in other processes, which tell nobody. The last
/// question is one that is asked when the limit has passed, however long this process was held up before it.
@discardableResult
func eventually<Answer>(
    _ what: String, within limit: Duration = .seconds(30), _ question: () async throws -> Answer?
) async throws -> Answer {
    let deadline = ContinuousClock.now + limit
    var isLast = false
    while !isLast {
        isLast = ContinuousClock.now >= deadline
        if let answer = try await question() { return answer }
        try await Task.sleep(for: .milliseconds(20))
    }
    throw NotInTime(description: "\(what) did not come within \(limit)")
}
