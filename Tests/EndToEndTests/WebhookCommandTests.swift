import Foundation
import Testing

@Suite("gatehouse admin webhook")
struct WebhookCommandTests {
    @Test(
        "A message is named by its id or by what its receiver was given, and one that there isn't is told from a webhook"
    )
    func replay() async throws {
        let place = try await Installation.migrated()
        _ = try await Program.admin("tenant", "create", "shop", in: place)
        let url = "https://app.example/hooks"
        let made = try await Program.admin("webhook", "create", "shop", "--url", url, in: place)
        #expect(made.status == 0, "\(made.errors)")
        _ = try await Program.admin("user", "create", "shop", "--email", "ada@example.com", in: place)
        let waiting = try await Program.admin("webhook", "attempts", "shop", in: place).list
        let id = try #require(waiting.first?["id"] as? String)
        #expect(waiting.first?["attempts"] as? Int == 0)
        _ = try await Program.admin("user", "create", "shop", "--email", "bob@example.com", in: place)
        let cut = try await Program.admin("webhook", "attempts", "shop", "--limit", "1", in: place)
        #expect(cut.list.count == 1 && cut.errors == "gatehouse: There are more: --limit takes up to 1000.\n")
        for name in [id, "msg_\(id)"] {
            let replayed = try await Program.admin("webhook", "replay", "shop", name, in: place)
            #expect(replayed.object["id"] as? String == id, "\(replayed.output) \(replayed.errors)")
        }
        let dead = try await Program.admin("webhook", "replay", "shop", in: place)
        #expect(dead.object["replayed"] as? Int == 0, "none has been given up")
        let unknown = try await Program.admin("webhook", "replay", "shop", "msg_\(UUID().uuidString)", in: place)
        #expect(unknown.status == 1 && unknown.errorCode == "not_found")
        #expect(unknown.errors == "gatehouse: There is no such message to a webhook.\n")
        #expect(try await Program.admin("webhook", "replay", "shop", "msg_x", in: place).status == 2)
        let webhook = try await Program.admin("webhook", "enable", "shop", UUID().uuidString, in: place)
        #expect(webhook.errors == "gatehouse: There is no such webhook.\n")
    }

    @Test("What is done to one webhook shows that one: an object for scripts, a table for people")
    func shapes() async throws {
        let place = try await Installation.migrated()
        _ = try await Program.admin("tenant", "create", "shop", in: place)
        let made = try await Program.admin("webhook", "create", "shop", "--url", "https://app.example/", in: place)
        let id = try #require(made.object["id"] as? String)
        let table = try await Program.run(["admin", "webhook", "disable", "shop", id], place.environment)
        #expect(table.output.hasPrefix("ID ") && table.output.contains(id), "\(table.output)")
        let members: Set = ["id", "url", "events", "allow_private", "status", "created_at"]
        for (command, status) in [("enable", "enabled"), ("disable", "disabled"), ("delete", "disabled")] {
            let shown = try await Program.admin("webhook", command, "shop", id, in: place)
            #expect(Set(shown.object.keys) == members, "\(command): \(shown.output)")
            #expect(shown.object["id"] as? String == id && shown.object["status"] as? String == status)
        }
        #expect(try await Program.admin("webhook", "list", "shop", in: place).list.isEmpty)
    }

    @Test("An event that is about no user is refused, with a list of those that are")
    func untold() async throws {
        let place = try await Installation.migrated()
        _ = try await Program.admin("tenant", "create", "shop", in: place)
        let refused = try await Program.admin(
            "webhook", "create", "shop", "--url", "https://app.example/", "--event", "keys.rotated", in: place)
        #expect(refused.status == 1 && refused.errorCode == "invalid_setting")
        #expect(refused.errors.contains("Those there are: user.registered, login.succeeded, "), "\(refused.errors)")
    }
}
