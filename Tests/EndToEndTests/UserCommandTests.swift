import Foundation
import TestSupport
import Testing

@Suite("gatehouse admin user")
struct UserCommandTests {
    static let userMembers: Set<String> = [
        "id", "email", "email_verified", "username", "name", "status", "claims", "created_at", "updated_at",
    ]

    @Test("Users are made, shown, given claims, disabled and deleted")
    func users() async throws {
        let place = try await Installation.migrated()
        _ = try await Program.admin("tenant", "create", "shop", in: place)
        let made = try await Program.admin(
            "user", "create", "shop", "--email", "ada@example.com", "--username", "ada", "--verified",
            "--password-stdin",
            in: place, input: goodPassword + "\n")
        #expect(made.status == 0, "\(made.errors)")
        #expect(Set(made.object.keys) == Self.userMembers)
        #expect(made.object["email_verified"] as? Bool == true)
        let again = try await Program.admin("user", "create", "shop", "--email", "Ada@example.com", in: place)
        #expect(again.errorCode == "email_taken")
        let weak = try await Program.admin(
            "user", "create", "shop", "--email", "b@example.com", "--password-stdin", in: place, input: "password1")
        #expect(weak.errorCode == "weak_password")
        #expect(!weak.errors.contains("password1"))

        let id = try #require(made.object["id"] as? String)
        for user in [id, "ada@example.com", "ada"] {
            #expect(try await Program.admin("user", "show", "shop", user, in: place).object["id"] as? String == id)
        }
        let claims = try await Program.admin("user", "set-claims", "shop", id, #"{"roles":["admin"]}"#, in: place)
        #expect((claims.object["claims"] as? [String: [String]]) == ["roles": ["admin"]])
        for wrong in ["[]", "{", #"{"a":1,"a":2}"#, #"{"sub":"x"}"#] {
            let refused = try await Program.admin("user", "set-claims", "shop", id, wrong, in: place)
            #expect(refused.status == 1 && refused.errorCode != nil, "\(wrong)")
        }
        #expect(
            try await Program.admin("user", "disable", "shop", id, in: place).object["status"] as? String == "disabled")
        #expect(
            try await Program.admin("user", "enable", "shop", id, in: place).object["status"] as? String == "enabled")
        #expect(try await Program.admin("user", "delete", "shop", id, in: place).status == 0)
        #expect(try await Program.admin("user", "show", "shop", id, in: place).errorCode == "user_not_found")
    }

    @Test("A user who is made without a password has none, which is said beside the answer")
    func withoutPassword() async throws {
        let place = try await Installation.migrated()
        _ = try await Program.admin("tenant", "create", "shop", in: place)
        let bare = try await Program.admin("user", "create", "shop", "--email", "ada@example.com", in: place)
        #expect(bare.status == 0 && Set(bare.object.keys) == Self.userMembers)
        #expect(bare.errors == "gatehouse: The user has no password; --password-stdin reads one.\n")
        let given = try await Program.admin(
            "user", "create", "shop", "--email", "bob@example.com", "--password-stdin", in: place, input: goodPassword)
        #expect(given.status == 0 && given.errors == "")
    }

    @Test("A list of users comes in pages that don't overlap, of which each but the last says how to go on")
    func pages() async throws {
        let place = try await Installation.migrated()
        _ = try await Program.admin("tenant", "create", "shop", in: place)
        for name in ["a", "b", "c"] {
            _ = try await Program.admin("user", "create", "shop", "--email", "\(name)@example.com", in: place)
        }
        let first = try await Program.admin("user", "list", "shop", "--limit", "2", in: place)
        let last = try #require(first.list.last?["id"] as? String)
        #expect(first.errors == "gatehouse: There are more: --after \(last) goes on behind them.\n")
        let second = try await Program.admin("user", "list", "shop", "--limit", "1", "--after", last, in: place)
        #expect(second.errors == "")
        let emails = (first.list + second.list).compactMap { $0["email"] as? String }
        #expect(emails.sorted() == ["a@example.com", "b@example.com", "c@example.com"])
    }
}
