import Dispatch
import Foundation
import Testing

@testable import Mail

@Suite("Sinks of mails")
struct MailSinkTests {
    private func withFolder(_ body: (String) async throws -> Void) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "gatehouse-mail-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try await body(folder)
    }

    @Test("file: puts each mail into a file of its own that its owner alone may read")
    func folder() async throws {
        try await withFolder { folder in
            let sink = try MailSink("file:\(folder)/made")
            let first = try MailMessage.sample(id: "0193a5c8@shop.example")
            let second = try MailMessage.sample(id: "-a/b%'c@shop.example")
            for message in [first, second, second] { try await sink.send(message) }
            let files = ["%2Da%2Fb%25%27c@shop.example.eml": second, "0193a5c8@shop.example.eml": first]
            #expect(
                try FileManager.default.contentsOfDirectory(atPath: "\(folder)/made").sorted() == files.keys.sorted())
            for (name, message) in files {
                let path = "\(folder)/made/\(name)"
                #expect(FileManager.default.contents(atPath: path) == Data(message.rendered()))
                let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
                #expect(mode == 0o600)
            }
        }
    }

    @Test("a message id of any length becomes a name that a folder takes")
    func longName() async throws {
        try await withFolder { folder in
            let local = "/" + String(repeating: "/", count: 63)
            let domain = Array(repeating: String(repeating: "d", count: 60), count: 3).joined(separator: ".")
            try await MailSink("file:\(folder)").send(.sample(id: "\(local)@\(domain).ch"))
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder).count == 1)
        }
    }

    @Test("where the folder is gone nothing is left of the mail, and it may be tried again")
    func gone() async throws {
        try await withFolder { folder in
            let sink = try MailSink("file:\(folder)")
            try FileManager.default.removeItem(atPath: folder)
            let message = try MailMessage.sample()
            let fault = await #expect(throws: MailFault.self) { try await sink.send(message) }
            #expect(fault == .sink)
            #expect(fault?.isTransient == true)
        }
    }

    @Test("stdout shows head and text as a person reads them, and nothing that a terminal obeys")
    func readable() throws {
        let message = try MailMessage.sample(
            from: "Käthe <k@shop.example>", subject: "Grüße",
            text: "Open\r\nhttps://shop.example/?token=a=b\n\u{1B}[2J\u{9B}2J\u{7F}\tend")
        let rule = String(repeating: "-", count: 72)
        #expect(
            message.readable == """
                \(rule)
                From: Käthe <k@shop.example>
                To: ada@example.com
                Subject: Grüße
                Message-ID: <0193a5c8-41d2@shop.example>

                Open
                https://shop.example/?token=a=b
                \u{FFFD}[2J\u{FFFD}2J\u{FFFD}\tend
                \(rule)

                """)
    }

    @Test("a mail to a stream that nobody reads any further ends with its task", .timeLimit(.minutes(2)))
    func cancelled() async throws {
        var ends: [Int32] = [-1, -1]
        let status = pipe(&ends)
        try #require(status == 0)
        let (reader, writer) = (ends[0], ends[1])
        let sink = MailSink(stream: FileDescriptor(number: writer))
        // More than a pipe holds.
        let message = try MailMessage.sample(text: String(repeating: "x", count: 1 << 21))
        let sending = Task { try await sink.send(message) }
        await Self.drain(reader) { $0 > 0 }
        // What doesn't end by itself is read to its end, so that this comes to one.
        let rescue = Task {
            try await Task.sleep(for: .seconds(20))
            await Self.drain(reader) { $0 == 0 }
        }
        sending.cancel()
        await #expect(throws: MailFault.cancelled) { try await sending.value }
        rescue.cancel()
        close(writer)
        _ = await rescue.result
        close(reader)
    }

    /// Reads a byte at a time, on a thread that may block, until `isEnough` of what the last read came to.
    private static func drain(_ descriptor: Int32, until isEnough: @escaping @Sendable (Int) -> Bool) async {
        await withCheckedContinuation { continuation in
            DispatchQueue(label: "mail-tests.reader").async {
                var byte: UInt8 = 0
                while !isEnough(read(descriptor, &byte, 1)) {}
                continuation.resume()
            }
        }
    }

    @Test("a folder that can't be made or written to is refused, and so is what is no sink")
    func refused() {
        for text in ["", "stderr", "file:", "stdout ", "/tmp", "file:/dev/null", "file:/dev/null/x"] {
            #expect(throws: MailValueFault.self) { try MailSink(text) }
        }
    }
}
