import Foundation
import Testing

@Suite("gatehouse admin client")
struct ClientCommandTests {
    static let members: Set<String> = ["id", "client_id", "name", "created_at"]

    @Test("A client is created with its secret, listed without, and deleted")
    func lifeCycle() async throws {
        let place = try await Installation.migrated()
        _ = try await Program.admin("tenant", "create", "shop", in: place)
        let made = try await Program.admin("client", "create", "shop", "--name", "Backend", in: place)
        #expect(made.status == 0, "\(made.errors)")
        #expect(Set(made.object.keys) == Self.members.union(["client_secret"]))
        let secret = try #require(made.object["client_secret"] as? String)
        #expect(secret.hasPrefix("ghcs_"))
        #expect(made.object["name"] as? String == "Backend")
        let id = try #require(made.object["client_id"] as? String)
        #expect(made.object["id"] as? String == id)

        let listed = try await Program.admin("client", "list", "shop", in: place)
        #expect(listed.list.map { Set($0.keys) } == [Self.members])
        #expect(listed.list.first?["client_id"] as? String == id)
        #expect(!listed.output.contains(secret))

        let table = try await Program.run(["admin", "client", "list", "shop"], place.environment)
        #expect(table.output.contains(id) && table.output.contains("Backend") && !table.output.contains("ghcs_"))
        let deleted = try await Program.admin("client", "delete", "shop", id, in: place)
        #expect(Set(deleted.object.keys) == Self.members && deleted.object["client_id"] as? String == id)
        #expect(try await Program.admin("client", "list", "shop", in: place).list.isEmpty)
    }

    @Test("For people the secret stands beside the id, and that it is shown this once")
    func shownOnce() async throws {
        let place = try await Installation.migrated()
        _ = try await Program.admin("tenant", "create", "shop", in: place)
        let made = try await Program.run(["admin", "client", "create", "shop", "--name", "Backend"], place.environment)
        let lines = made.output.split(separator: "\n")
        #expect(lines.contains { $0.hasPrefix("client_secret  ghcs_") })
        #expect(lines.last == "Keep the secret now; it can't be shown again.")
    }

    @Test("What can't be done ends with 1 and a code")
    func refusals() async throws {
        let place = try await Installation.migrated()
        _ = try await Program.admin("tenant", "create", "shop", in: place)
        let cases = [
            (["create", "nope", "--name", "x"], "tenant_not_found"), (["list", "nope"], "tenant_not_found"),
            (["create", "shop", "--name", ""], "validation_failed"), (["delete", "shop", "nope"], "not_found"),
            (["delete", "shop", UUID().uuidString], "not_found"),
        ]
        for (arguments, code) in cases {
            let outcome = try await Program.run(["admin", "client"] + arguments + ["--json"], place.environment)
            #expect(outcome.status == 1 && outcome.errorCode == code, "\(arguments): \(outcome.output)")
        }
    }
}
