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
        let refused = try await Program.admin("keys", "export", "shop", kid, "--yes", in: place)
        #expect(refused.errorCode == "guard_refused")
    }
}
