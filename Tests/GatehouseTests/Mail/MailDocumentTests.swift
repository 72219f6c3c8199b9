import Foundation
import Testing

@Suite("What is written about mails that aren't sent")
struct MailDocumentTests {
    private static func contents(of file: String) throws -> String {
        let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../..")
        return try String(contentsOf: root.appending(path: file), encoding: .utf8)
    }

    /// Of all files in the folders that make or send mails.
    private static func wordsOfCode(_ pattern: Regex<(Substring, Substring)>) throws -> [String] {
        let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../..")
        return try ["Sources/Mail", "Sources/Gatehouse/Mail", "Sources/Gatehouse/OneTime"].flatMap { folder in
            try FileManager.default.contentsOfDirectory(atPath: root.appending(path: folder).path)
                .filter { $0.hasSuffix(".swift") }
                .flatMap { try words(pattern, in: "\(folder)/\($0)") }
        }
    }

    private static func words(_ pattern: Regex<(Substring, Substring)>, in file: String) throws -> [String] {
        try contents(of: file).matches(of: pattern).map { String($0.1) }
    }

    @Test("docs/mail.md lists every reason that a mail isn't sent for, and no other")
    func reasons() throws {
        let faults = try Self.words(#/case \.\w+: "(\w+)"/#, in: "Sources/Mail/MailFault.swift")
        let queued = try Self.wordsOfCode(#/because: "(\w+)"/#)
        let made = try Self.wordsOfCode(#/code:\s+"(\w+)"/#)
        let codes = [faults, queued, made]
        for found in codes { #expect(!found.isEmpty) }
        // A mail whose sending is cut short by the end of its instance goes back into the queue without one.
        let given = Set(codes.flatMap { $0 }).subtracting(["cancelled"])

        let queue = try #require(try Self.contents(of: "docs/mail.md").split(separator: "## The queue").last)
        let rows = queue.split(separator: "\n").filter { $0.hasPrefix("| `") }
        let listed = rows.compactMap { $0.split(separator: "|").first }.flatMap { cell in
            cell.matches(of: #/`(\w+)`/#).map { String($0.1) }
        }
        #expect(listed.filter { !$0.hasPrefix("smtp_") }.sorted() == given.sorted())
    }
}
