import Foundation
import Gatehouse
import Testing

@Suite("What is written for operators")
struct OperationsDocumentTests {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../..")

    private static func page(_ file: String) throws -> String {
        try String(contentsOf: root.appending(path: file), encoding: .utf8)
    }

    @Test(
        "A command to copy makes a master key where there is none or an empty one, and no other",
        arguments: ["README.md", "docs/operations.md"])
    func masterKey(file: String) throws {
        let commands = try Self.page(file).matches(
            of: #/^.*master-key generate > (?<file>(?:\S*\/)?master-key)\b.*$/#.anchorsMatchLineEndings())
        #expect(!commands.isEmpty)
        for command in commands {
            let guarded = "umask 077; [ -s \(command.output.file) ] || gatehouse admin master-key generate >"
            #expect(command.output.0.contains(guarded), "\(command.output.0)")
        }
    }

    @Test("After the master key has leaked, what was mailed is void before sessions end")
    func leakedMasterKey() throws {
        let page = try Self.page("docs/operations.md")
        let voided = try #require(page.range(of: "DELETE FROM one_time_tokens"))
        let ended = try #require(page.range(of: "gatehouse admin keys rotate \"$tenant\" --use all --emergency"))
        #expect(voided.upperBound < ended.lowerBound)
    }

    @Test("An upgrade under systemd restarts the service only where its owner's migrations have been applied")
    func upgrade() throws {
        let page = try Self.page("docs/operations.md")
        let commands = page.split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) }
        let restart = try #require(commands.firstIndex(of: "gatehouse migrate && sudo systemctl restart gatehouse"))
        #expect(commands[restart - 1].hasPrefix("export GATEHOUSE_OWNER_DATABASE_URL="))
        #expect(commands[restart - 2] == "sudo systemctl daemon-reload")
    }

    @Test("What commands are given stands in a file that root alone may read")
    func administering() throws {
        let page = try Self.page("docs/operations.md")
        let start = try #require(page.range(of: "## Administering\n")).upperBound
        let end = try #require(page.range(of: "\n## ", range: start..<page.endIndex)).lowerBound
        let section = page[start..<end]
        for variable in ["GATEHOUSE_OWNER_DATABASE_URL", "GATEHOUSE_MASTER_KEY_FILE", "GATEHOUSE_PUBLIC_URL"] {
            #expect(section.contains("    \(variable)="), "\(variable)")
        }
        #expect(section.contains("umask 077; [ -s /etc/gatehouse/admin ] ||"))
        #expect(section.contains("set -a; . /etc/gatehouse/admin;"))
    }

    @Test("The unit hands over no password file, which libpq ignores where systemd grants it by an access control list")
    func passwordFile() throws {
        let unit = try Self.page("packaging/gatehouse.service")
        #expect(unit.contains("LoadCredential=master-key:"))
        #expect(!unit.contains("pgpass") && !unit.contains("passfile"))
    }

    @Test("docs/mail.md names the password's file where the unit puts it")
    func smtpPassword() throws {
        let setting = "GATEHOUSE_SMTP_PASSWORD_FILE=/run/credentials/gatehouse.service/smtp-password\n"
        #expect(try Self.page("docs/mail.md").contains("    \(setting)"))
        let unit = try Self.page("packaging/gatehouse.service")
        #expect(unit.contains(setting))
        #expect(unit.contains("#LoadCredential=smtp-password:/etc/gatehouse/smtp-password\n"))
    }

    @Test("Every cause for which the database is unavailable is found by its name, with what to do")
    func databaseFaults() throws {
        let page = try Self.page("docs/operations.md")
        let start = try #require(page.range(of: "### 503 `database_unavailable`\n")).upperBound
        let end = try #require(page.range(of: "\n### ", range: start..<page.endIndex)).lowerBound
        for kind in DatabaseFault.Kind.allCases {
            #expect(page[start..<end].contains("`\(kind.rawValue)`"), "\(kind)")
        }
    }

    @Test("Every alert is found by its name among the incidents")
    func alerts() throws {
        let page = try Self.page("docs/operations.md")
        let start = try #require(page.range(of: "## Incidents\n")).upperBound
        let incidents = page[start...]
        let alerts = try Self.page("ops/prometheus/alerts.yml").matches(of: #/- alert: (?<name>\w+)/#)
        #expect(alerts.count > 15)
        for alert in alerts {
            #expect(incidents.contains("`\(alert.output.name)`"), "\(alert.output.name)")
        }
    }
}
