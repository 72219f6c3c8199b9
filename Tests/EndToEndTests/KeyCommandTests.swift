import Foundation
import TestSupport
import Testing

@Suite("gatehouse admin keys")
struct KeyCommandTests {
    static let keyMembers: Set<String> = [
        "kid", "use", "algorithm", "state", "created_at", "activated_at", "retired_at", "verify_until",
    ]

    @Test("Keys are listed, rotated, imported, exported and revoked")
    func keys() async throws {
        let place = try await Installation.migrated()
        _ = try await Program.admin("tenant", "create", "shop", "--algorithm", "HS256", in: place)
        let before = try await Program.admin("keys", "list", "shop", in: place).list
        #expect(before.allSatisfy { Set($0.keys) == Self.keyMembers })
        #expect(before.count == 4)

        let rotated = try await Program.admin("keys", "rotate", "shop", "--use", "all", "--force", in: place)
        let rotations = try #require(rotated.object["rotated"] as? [[String: Any]])
        #expect(rotations.map { $0["use"] as? String } == ["access", "refresh"])
        let current = try #require(rotations[0]["current"] as? [String: Any])
        let kid = try #require(current["kid"] as? String)
        #expect(current["state"] as? String == "current")

        let refused = try await Program.admin("keys", "export", "shop", kid, in: place)
        #expect(refused.errorCode == "confirmation_required")
        let secret = try await Program.admin("keys", "export", "shop", kid, "--yes", in: place)
        #expect(secret.object["kty"] as? String == "oct")
        #expect(try await Program.admin("keys", "revoke", "shop", kid, in: place).errorCode == "guard_refused")
        let revoked = try await Program.admin("keys", "revoke", "shop", kid, "--force", in: place)
        #expect(revoked.object["state"] as? String == "revoked", "\(revoked.errors)")

        let file = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        defer { try? FileManager.default.removeItem(at: file) }
        try Data(#"{"kty":"oct","alg":"HS256","kid":"mine","k":"\#(String(repeating: "A", count: 43))"}"#.utf8).write(
            to: file)
        let imported = try await Program.admin("keys", "import", "shop", "--jwk", file.path, in: place)
        #expect(imported.object["kid"] as? String == "mine", "\(imported.errors)")
        #expect(imported.object["state"] as? String == "retired")
    }

    @Test("The public half of a key is exported, and the private half never")
    func export() async throws {
        let place = try await Installation.migrated()
        _ = try await Program.admin("tenant", "create", "shop", "--algorithm", "ES256", in: place)
        let keys = try await Program.admin("keys", "list", "shop", in: place).list
        let current = try #require(
            keys.first { $0["use"] as? String == "access" && $0["state"] as? String == "current" })
        let kid = try #require(current["kid"] as? String)
        let exported = try await Program.admin("keys", "export", "shop", kid, "--public", in: place)
        #expect(exported.status == 0, "\(exported.errors)")
        #expect(exported.object["kid"] as? String == kid)
        #expect(exported.object["kty"] as? String == "EC" && exported.object["d"] == nil)
        let refresh = try #require(keys.first { $0["use"] as? String == "refresh" }?["kid"] as? String)
        let (half, whole) = (
            "A private key doesn't leave Gatehouse; --public exports its public half.",
            "A refresh key doesn't leave Gatehouse."
        )
        for (key, reason) in [(kid, half), (refresh, whole)] {
            for confirmation in [[], ["--yes"]] {
                let refused = try await Program.run(
                    ["admin", "keys", "export", "shop", key] + confirmation, place.environment)
                #expect(refused.status == 1 && refused.errors == "gatehouse: \(reason)\n", "\(refused.errors)")
            }
        }
    }

    @Test("The list for people says since when a key signs, from when the next one will, and when one will be gone")
    func list() async throws {
        let place = try await Installation.migrated()
        _ = try await Program.admin("tenant", "create", "shop", "--rotate-every", "30d", in: place)
        _ = try await Program.admin("keys", "rotate", "shop", "--force", in: place)
        let text = try await Program.run(["admin", "keys", "list", "shop"], place.environment).output
        let lines = text.split(separator: "\n").map { $0.split(separator: " ", omittingEmptySubsequences: true) }
        #expect(lines.first == ["USE", "STATE", "ALGORITHM", "KID", "AGE", "SIGNS", "GONE"])
        func line(_ state: String) -> String {
            lines.first { $0.starts(with: ["access", state[...]]) }?.joined(separator: " ") ?? ""
        }
        #expect(line("current").contains("since 2") && line("current").hasSuffix("–"))
        #expect(line("next").contains("from 2") && line("next").contains("by schedule"))
        #expect(line("retired").contains("until 2") && line("retired").hasSuffix("Z"))
        #expect(text.contains("on rotation, from"))
    }

    @Test("The guard's refusal tells who rotated, when, and when the next rotation may be")
    func guardTells() async throws {
        let place = try await Installation.migrated()
        _ = try await Program.admin("tenant", "create", "shop", in: place)
        _ = try await Program.admin("keys", "rotate", "shop", "--force", "--actor", "grace", in: place)
        let refused = try await Program.admin("keys", "rotate", "shop", in: place)
        #expect(refused.status == 1 && refused.errorCode == "guard_refused")
        #expect(refused.errors.hasPrefix("gatehouse: grace rotated these keys at 2"))
        #expect(refused.errors.contains("--force") && refused.errors.split(separator: "\n").count == 1)
    }
}
