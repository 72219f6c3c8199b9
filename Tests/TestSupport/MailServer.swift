public import Foundation
import Synchronization

/// A mail server of its own on a loopback port, by aiosmtpd: another program reads there what a mail says.
public final class MailServer: Sendable {
    public let port: Int
    private let events: AsyncStream<Data>

    /// It ended, or never said that it listens.
    public struct NotServing: Error {}

    /// A Python that has aiosmtpd; Debian's packages are the system's Python's, which may not be the first in the path.
    public static let python: String? = {
        let folders =
            ["/usr/bin"] + (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").map(String.init)
        return folders.map { "\($0)/python3" }.first { path in
            guard FileManager.default.isExecutableFile(atPath: path) else { return false }
            let process = Process()
            process.executableURL = URL(filePath: path)
            process.arguments = ["-c", "import aiosmtpd"]
            process.standardError = FileHandle.nullDevice
            guard (try? process.run()) != nil else { return false }
            process.waitUntilExit()
            return process.terminationStatus == 0
        }
    }()

    /// Where everything has to be tested, a server that isn't installed is a failure.
    public static var isExpected: Bool {
        python != nil || ProcessInfo.processInfo.environment["CI"] == "true"
    }

    /// Runs `body` while it serves. `smtp_server.py` says what the options are.
    public static func run<R>(_ options: [String] = [], _ body: (MailServer) async throws -> R) async throws -> R {
        guard let python else { throw NotServing() }
        let script = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "smtp_server.py")
        let (output, input) = (Pipe(), Pipe())
        let process = Process()
        process.executableURL = URL(filePath: python)
        process.arguments = [script.path] + options
        process.standardOutput = output
        // When this process dies, however it dies, the server sees the end of its input.
        process.standardInput = input
        let events = lines(of: output.fileHandleForReading)
        try process.run()
        defer {
            kill(process.processIdentifier, SIGKILL)
            process.waitUntilExit()
        }
        for await line in events {
            let listening = try JSONDecoder().decode(Listening.self, from: line)
            return try await body(MailServer(port: listening.port, events: events))
        }
        throw NotServing()
    }

    private init(port: Int, events: AsyncStream<Data>) {
        self.port = port
        self.events = events
    }

    /// The next mail that has not been asked for.
    public func mail() async throws -> ReceivedMail {
        try JSONDecoder().decode(ReceivedMail.self, from: try await next("mail"))
    }

    /// Waits for the next of the events of this name: `closed`, `opened` or `hung up`. Those that come before it are forgotten.
    public func wait(for event: String) async throws {
        _ = try await next(event)
    }

    private func next(_ name: String) async throws -> Data {
        for await line in events where try JSONDecoder().decode(Event.self, from: line).event == name { return line }
        throw NotServing()
    }

    private static func lines(of file: FileHandle) -> AsyncStream<Data> {
        let (lines, continuation) = AsyncStream.makeStream(of: Data.self)
        let unfinished = Mutex(Data())
        file.readabilityHandler = { file in
            let piece = file.availableData
            guard !piece.isEmpty else {
                file.readabilityHandler = nil
                continuation.finish()
                return
            }
            unfinished.withLock { unfinished in
                unfinished += piece
                while let end = unfinished.firstIndex(of: UInt8(ascii: "\n")) {
                    continuation.yield(Data(unfinished[..<end]))
                    unfinished = Data(unfinished[(end + 1)...])
                }
            }
        }
        return lines
    }

    private struct Event: Decodable { let event: String }
    private struct Listening: Decodable { let port: Int }
}

/// A mail as the server's own reader of mails understood it.
public struct ReceivedMail: Decodable, Sendable {
    /// The port that it came from, which tells connections apart.
    public let client: Int
    /// `TLSv1.3`; nil without TLS.
    public let tls: String?
    /// The mechanism and the user; nil for nobody.
    public let login: String?
    public let sender: String
    public let recipients: [String]
    /// Its bytes, without what SMTP adds.
    public let raw: Data
    /// Names and decoded values of the head's fields, in their order.
    public let fields: [[String]]
    /// What the reader objects to.
    public let defects: [String]
    /// The types of the message and its parts.
    public let types: [String]
    public let text: String?
    public let html: String?

    public func values(_ name: String) -> [String] {
        fields.filter { $0[0].lowercased() == name.lowercased() }.map { $0[1] }
    }
}
