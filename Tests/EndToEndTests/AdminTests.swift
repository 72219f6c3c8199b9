import Foundation
import TestSupport
import Testing

@Suite("gatehouse admin")
struct AdminTests {
    @Test("What can't be done ends with 1, a code and a sentence")
    func refusals() async throws {
        let place = try await Installation.migrated()
        _ = try await Program.admin("tenant", "create", "shop", in: place)
        let cases: [([String], String)] = [
            (["tenant", "create", "x"], "invalid_setting"), (["tenant", "create", "shop"], "tenant_exists"),
            (["tenant", "create", "okay", "--grace", "301s"], "invalid_setting"),
            (["tenant", "create", "okay", "--password-min-length", "7"], "invalid_setting"),
            (["tenant", "show", "nope"], "tenant_not_found"), (["keys", "list", "nope"], "tenant_not_found"),
            (["user", "list", "nope"], "tenant_not_found"),
            (["user", "show", "shop", "a@example.com"], "user_not_found"),
            (["keys", "rotate", "shop"], "guard_refused"), (["keys", "revoke", "shop", "nope"], "key_not_found"),
            (["session", "revoke", "shop", "nope"], "session_not_found"),
            (["session", "revoke-all", "shop"], "confirmation_required"),
            (["keys", "import", "shop", "--jwk", "/nonexistent"], "invalid_setting"),
        ]
        for (arguments, code) in cases {
            let outcome = try await Program.run(["admin"] + arguments + ["--json"], place.environment)
            #expect(outcome.status == 1, "\(arguments)")
            #expect(outcome.errorCode == code, "\(arguments): \(outcome.output)")
            #expect(outcome.errors.split(separator: "\n").count == 1, "\(arguments): \(outcome.errors)")
        }
    }

    @Test("What isn't a token of the tenant is told apart, and ends with 1 and the verdict")
    func verify() async throws {
        let place = try await Installation.migrated()
        _ = try await Program.admin("tenant", "create", "shop", in: place)
        let verdict = try await Program.admin("jws", "verify", "shop", in: place, input: "rubbish\n")
        #expect(verdict.status == 1)
        #expect(verdict.object["valid"] as? Bool == false)
        #expect(verdict.object["reason"] as? String == "malformed")
    }

    @Test("For people there are tables, without colour where there is no terminal")
    func tables() async throws {
        let place = try await Installation.migrated()
        _ = try await Program.admin("tenant", "create", "shop", in: place)
        let outcome = try await Program.run(["admin", "tenant", "list"], place.environment)
        let lines = outcome.output.split(separator: "\n")
        #expect(lines.count == 2)
        #expect(lines[0].hasPrefix("SLUG"))
        #expect(lines[1].hasPrefix("shop"))
        #expect(!outcome.output.contains("\u{1B}"))
    }

    @Test("A database without the schema, one that is away, and the wrong role are told apart in one line")
    func database() async throws {
        let empty = try await Installation.empty()
        #expect(try await Program.admin("tenant", "list", in: empty).errorCode == "schema_outdated")

        let away = try await Program.run(
            ["admin", "tenant", "list", "--json"],
            ["DATABASE_URL": "postgres://owner:hunter2@127.0.0.1:\(FreePort.take())/gatehouse"])
        #expect(away.errorCode == "database_unavailable")
        #expect(!away.errors.contains("hunter2") && !away.output.contains("hunter2"))

        let place = try await Installation.migrated()
        let outcome = try await Program.run(
            ["admin", "tenant", "create", "shop", "--json"],
            place.environment.merging(["GATEHOUSE_OWNER_DATABASE_URL": place.database.serviceURL]) { $1 })
        #expect(outcome.status == 1)
        #expect(outcome.errors.contains("owner"), "\(outcome.errors)")
    }
}
