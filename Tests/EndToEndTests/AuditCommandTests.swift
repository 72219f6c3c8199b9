import Foundation
import Testing

@Suite("gatehouse admin audit")
struct AuditCommandTests {
    static let members: Set<String> = [
        "id", "at", "tenant", "actor", "type", "user_id", "session_id", "ip", "user_agent", "detail",
    ]

    @Test("Events are listed newest first with the members of the contract, by type and time where asked for")
    func list() async throws {
        let place = try await Installation.migrated()
        _ = try await Program.admin("tenant", "create", "shop", "--actor", "grace", in: place)
        _ = try await Program.admin("keys", "rotate", "shop", "--force", in: place)
        let whole = try await Program.admin("audit", "list", "shop", "--limit", "2", in: place)
        #expect(whole.errors == "")
        let events = whole.list
        #expect(events.compactMap { $0["type"] as? String } == ["keys.rotated", "tenant.created"])
        #expect(events.allSatisfy { Set($0.keys) == Self.members && $0["tenant"] as? String == "shop" })
        #expect(events.last?["actor"] as? String == "grace")
        let created = try await Program.admin("audit", "list", "shop", "--type", "tenant.created", in: place).list
        #expect(created.count == 1)
        let recent = try await Program.admin("audit", "list", "shop", "--since", "1h", "--limit", "1", in: place)
        #expect(recent.list.compactMap { $0["type"] as? String } == ["keys.rotated"], "\(recent.errors)")
        #expect(
            recent.errors
                == "gatehouse: There are more: --limit takes up to 1000, and --until passes over newer ones.\n")
        let ofType = ["audit", "list", "shop", "--type", "tenant.created", "--limit", "1"]
        let full = try await Program.run(["admin"] + ofType, place.environment)
        #expect(
            full.errors
                == "gatehouse: There may be more: --limit takes up to 1000, and --until passes over newer ones.\n")
        let bounded = try await Program.run(["admin"] + ofType + ["--since", "1h"], place.environment)
        #expect(bounded.status == 0 && bounded.errors == "")
        let early = try await Program.admin("audit", "list", "shop", "--until", "1h", in: place)
        #expect(early.status == 0 && early.list.isEmpty, "\(early.errors)")
        let all = try await Program.admin("audit", "list", "shop", "--since", "99999999d", in: place)
        #expect(all.list.count == 2, "\(all.errors)")
        #expect(try await Program.admin("audit", "list", "nobody", in: place).errorCode == "tenant_not_found")
        let empty = ["--since", "1h", "--until", "1h"]
        for wrong in [["--since", "90"], ["--limit", "0"], ["--type", "key.rotated"], empty] {
            let outcome = try await Program.run(["admin", "audit", "list", "shop"] + wrong, place.environment)
            #expect(outcome.status == 2)
        }
    }

    @Test("Events of one user are listed by id, email or username, within the other bounds")
    func listOfUser() async throws {
        let place = try await Installation.migrated()
        _ = try await Program.admin("tenant", "create", "shop", in: place)
        let made = try await Program.admin(
            "user", "create", "shop", "--email", "ada@example.com", "--username", "ada", in: place)
        let id = try #require(made.object["id"] as? String)
        _ = try await Program.admin("user", "create", "shop", "--email", "bob@example.com", in: place)
        _ = try await Program.admin("user", "disable", "shop", "ada", in: place)
        for user in [id, "ada@example.com", "ada"] {
            let events = try await Program.admin("audit", "list", "shop", "--user", user, in: place).list
            #expect(events.compactMap { $0["type"] as? String } == ["user.disabled", "user.created"], "\(user)")
        }
        let bounded = try await Program.admin(
            "audit", "list", "shop", "--user", id, "--type", "user.created", "--since", "1h", "--limit", "1", in: place)
        #expect(bounded.list.count == 1 && bounded.errors == "", "\(bounded.errors)")
        let full = try await Program.admin("audit", "list", "shop", "--user", id, "--limit", "2", in: place)
        #expect(full.errors.hasPrefix("gatehouse: There may be more: "), "\(full.errors)")
        let unknown = try await Program.admin("audit", "list", "shop", "--user", "grace", in: place)
        #expect(unknown.errorCode == "user_not_found")
        let follower = try RunningProgram(
            Program.path, ["admin", "audit", "follow", "shop", "--user", "ada", "--since", "1h", "--json"],
            environment: place.environment)
        defer { follower.send(SIGKILL) }
        try await eventually("the event") { follower.output.contains("user.disabled") ? true : nil }
        #expect(follower.output.split(separator: "\n").allSatisfy { $0.contains(id) }, "\(follower.output)")
    }

    @Test("Who follows from a while ago is shown what happened since")
    func followSince() async throws {
        let place = try await Installation.migrated()
        _ = try await Program.admin("tenant", "create", "shop", in: place)
        let follower = try RunningProgram(
            Program.path, ["admin", "audit", "follow", "shop", "--since", "1h", "--json"],
            environment: place.environment)
        defer { follower.send(SIGKILL) }
        try await eventually("the event") { follower.output.contains("tenant.created") ? true : nil }
    }

    @Test("Who follows gets one JSON object a line for what happens from then on")
    func follow() async throws {
        let place = try await Installation.migrated()
        _ = try await Program.admin("tenant", "create", "shop", in: place)
        let follower = try RunningProgram(
            Program.path, ["admin", "audit", "follow", "shop", "--type", "keys.rotated", "--json"],
            environment: place.environment)
        defer { follower.send(SIGKILL) }
        // It says nothing before the first event, so there is one until it is heard.
        let line = try await eventually("an event") {
            _ = try await Program.admin("keys", "rotate", "shop", "--force", in: place)
            return follower.output.split(separator: "\n").first
        }
        let event = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
        #expect(Set(event?.keys.map { $0 } ?? []) == Self.members)
        #expect(event?["type"] as? String == "keys.rotated")
        follower.send(SIGTERM)
        #expect(await follower.waitForEnd() == 128 + SIGTERM)
    }
}
