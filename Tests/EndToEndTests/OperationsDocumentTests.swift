import Foundation
import Testing

@Suite("What is written for operators")
struct OperationsDocumentTests {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../..")

    private static func page(_ file: String) throws -> String {
        try String(contentsOf: root.appending(path: file), encoding: .utf8)
    }

    @Test("No command to copy empties a master key that is there", arguments: ["README.md", "docs/operations.md"])
    func masterKey(file: String) throws {
        let page = try String(contentsOf: Self.root.appending(path: file), encoding: .utf8)
        let commands = page.split(separator: "\n").filter {
            $0.contains(#/master-key generate > (?:\S*\/)?master-key\b/#)
        }
        #expect(!commands.isEmpty)
        for command in commands { #expect(command.contains("set -C;"), "\(command)") }
    }

    @Test("After the master key has leaked, what was mailed is void before sessions end")
    func leakedMasterKey() throws {
        let page = try Self.page("docs/operations.md")
        let voided = try #require(page.range(of: "DELETE FROM one_time_tokens"))
        let ended = try #require(page.range(of: "gatehouse admin keys rotate \"$tenant\" --use all --emergency"))
        #expect(voided.upperBound < ended.lowerBound)
    }

    @Test("The unit hands over no password file, which libpq ignores where systemd grants it by an access control list")
    func passwordFile() throws {
        let unit = try String(
            contentsOf: Self.root.appending(path: "packaging/gatehouse.service"), encoding: .utf8)
        #expect(unit.contains("LoadCredential=master-key:"))
        #expect(!unit.contains("pgpass") && !unit.contains("passfile"))
    }
}
