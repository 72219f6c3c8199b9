import Foundation
import TestSupport
import Testing

@Suite("gatehouse admin user update")
struct UserUpdateCommandTests {
    @Test("An account gets another address, names and a password, and the answer is the user")
    func updates() async throws {
        let place = try await Installation.migrated()
        _ = try await Program.admin("tenant", "create", "shop", in: place)
        let made = try await Program.admin(
            "user", "create", "shop", "--email", "ada@example.com", "--username", "ada", "--verified", in: place)
        let id = try #require(made.object["id"] as? String)
        let moved = try await Program.admin(
            "user", "update", "shop", "ada@example.com", "--email", "new@example.com", "--username", "none", "--name",
            "Ada", "--actor", "grace", in: place)
        #expect(moved.status == 0 && moved.errors == "")
        #expect(Set(moved.object.keys) == UserCommandTests.userMembers)
        #expect(moved.object["id"] as? String == id && moved.object["email"] as? String == "new@example.com")
        #expect(moved.object["username"] is NSNull && moved.object["name"] as? String == "Ada")
        #expect(moved.object["email_verified"] as? Bool == false)
        let given = try await Program.admin(
            "user", "update", "shop", id, "--verified", "--password-stdin", "--username", "lovelace", "--name", "none",
            in: place, input: goodPassword + "\n")
        #expect(given.status == 0 && given.object["email_verified"] as? Bool == true, "\(given.errors)")
        #expect(given.object["username"] as? String == "lovelace" && given.object["name"] is NSNull)
        #expect(!(given.output + given.errors).contains(goodPassword))
        let doubted = try await Program.admin("user", "update", "shop", id, "--unverified", in: place)
        #expect(doubted.object["email_verified"] as? Bool == false)
        let shown = try await Program.admin("user", "show", "shop", "new@example.com", in: place)
        #expect(shown.output == doubted.output)

        let events = try await Program.admin(
            "audit", "list", "shop", "--type", "user.changed_by_operator", in: place)
        let passwords = events.list.map { ($0["detail"] as? [String: Any])?["password"] as? Bool }
        #expect(passwords == [false, true, false])
        #expect(events.list.last?["actor"] as? String == "grace")
    }

    @Test("What can't be done ends with 1 and its code, and changes nothing")
    func refusals() async throws {
        let place = try await Installation.migrated()
        _ = try await Program.admin("tenant", "create", "shop", in: place)
        for name in ["ada", "bob"] {
            _ = try await Program.admin("user", "create", "shop", "--email", "\(name)@example.com", in: place)
        }
        let cases: [([String], String)] = [
            (["eve@example.com", "--verified"], "user_not_found"),
            (["ada@example.com", "--email", "BOB@example.com"], "email_taken"),
            (["ada@example.com", "--email", "nowhere"], "validation_failed"),
            (["ada@example.com", "--username", ""], "validation_failed"),
            (["ada@example.com", "--name", "Ada", "--password-stdin"], "weak_password"),
        ]
        for (arguments, code) in cases {
            let input = arguments.contains("--password-stdin") ? "password1\n" : ""
            let outcome = try await Program.run(
                ["admin", "user", "update", "shop"] + arguments + ["--json"], place.environment, input: input)
            #expect(outcome.status == 1 && outcome.errorCode == code, "\(arguments): \(outcome.output)")
            #expect(!(outcome.output + outcome.errors).contains("password1"))
        }
        let shown = try await Program.admin("user", "show", "shop", "ada@example.com", in: place)
        #expect(shown.object["name"] is NSNull && shown.object["email_verified"] as? Bool == false)
    }

    @Test("Where nothing is to be changed, or both of two that exclude each other, a sentence says so")
    func usage() async throws {
        let update = ["admin", "user", "update", "shop", "ada@example.com"]
        let nothing = try await Program.run(update)
        #expect(nothing.status == 2 && nothing.errors.contains("Nothing to change: give --email"), "\(nothing.errors)")
        let both = try await Program.run(update + ["--verified", "--unverified"])
        #expect(both.status == 2 && both.errors.contains("exclude each other"), "\(both.errors)")
    }
}
