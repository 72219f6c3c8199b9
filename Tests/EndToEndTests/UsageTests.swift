import Foundation
import Testing

@Suite("Wrong usage")
struct UsageTests {
    static let wrong: [[String]] = [
        [], ["nonsense"], ["admin"], ["admin", "nonsense"], ["admin", "tenant", "create"],
        ["admin", "tenant", "update", "shop"],
        ["admin", "tenant", "create", "shop", "--access-ttl", "900"],
        ["admin", "tenant", "create", "shop", "--nonsense", "1"],
        ["admin", "tenant", "create", "shop", "--reuse-policy", "lax"],
        ["admin", "tenant", "create", "shop", "--registration", "ajar"],
        ["admin", "tenant", "create", "shop", "--require-verified-email", "perhaps"],
        ["admin", "user", "list", "shop", "--limit", "0"], ["admin", "user", "list", "shop", "--after", "x"],
        ["admin", "keys", "rotate", "shop", "--use", "both"], ["admin", "tenant", "list", "--actor", ""],
        ["admin", "tenant", "list", "--actor", "grace\nhopper"], ["admin", "tenant", "list", "--actor", "client:x"],
        ["admin", "client", "create", "shop"], ["admin", "client", "delete", "shop"],
        ["admin", "user", "create", "shop", "--email", "a@example.com", "--password", "secret"],
        ["admin", "user", "import", "users.csv"], ["admin", "user", "import", "--tenant", "shop", "users.json"],
        ["admin", "user", "import", "--tenant", "shop", "--format", "firebase", "users.json"],
        ["admin", "user", "import", "--tenant", "shop", "--hash-config", "config", "users.csv"],
        ["migrate", "--dry-run", "--check"], ["serve", "--master-key", "x"], ["dev", "--data-dir", ""],
    ]

    @Test("ends with 2 and says so on standard error", arguments: wrong)
    func wrongUsage(arguments: [String]) async throws {
        let outcome = try await Program.run(arguments)
        #expect(outcome.status == 2)
        #expect(outcome.output.isEmpty)
        #expect(!outcome.errors.isEmpty)
    }

    @Test("Help and version are no errors", arguments: ["--help", "--version"])
    func help(flag: String) async throws {
        let outcome = try await Program.run([flag])
        #expect(outcome.status == 0)
        #expect(outcome.errors.isEmpty)
        #expect(!outcome.output.isEmpty)
    }

    @Test("A generated master key is 32 bytes in base64, another one each time")
    func masterKey() async throws {
        let first = try await Program.run(["admin", "master-key", "generate"])
        let second = try await Program.run(["admin", "master-key", "generate", "--json"])
        #expect(Data(base64Encoded: first.output.trimmingCharacters(in: .newlines))?.count == 32)
        let key = try #require(second.object["key"] as? String)
        #expect(Data(base64Encoded: key)?.count == 32)
        #expect(!first.output.contains(key))
    }
}
