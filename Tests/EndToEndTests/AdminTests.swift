import Foundation
import TestSupport
import Testing

private let password = "vivid-Otter47-lintel-quasar"

@Suite("gatehouse admin")
struct AdminTests {
    static let tenantMembers: Set<String> = [
        "id", "slug", "name", "issuer", "status", "access_ttl_seconds", "refresh_ttl_seconds",
        "session_max_age_seconds",
        "grace_seconds", "reuse_policy", "algorithm", "audience", "password_min_length", "allowed_origins",
        "registration",
        "rotate_every_seconds", "audit_retention_seconds", "mail_from", "app_url", "require_verified_email",
        "email_login",
        "created_at",
    ]
    static let userMembers: Set<String> = [
        "id", "email", "email_verified", "username", "name", "status", "claims", "created_at", "updated_at",
    ]

    @Test("A tenant has the defaults, and every setting can be changed")
    func tenants() async throws {
        let place = try await Installation.migrated()
        let made = try await Program.admin("tenant", "create", "shop", in: place)
        #expect(made.status == 0, "\(made.errors)")
        #expect(made.errors.isEmpty)
        #expect(Set(made.object.keys) == Self.tenantMembers)
        #expect(made.object["issuer"] as? String == "\(place.url)/t/shop")
        #expect(made.object["access_ttl_seconds"] as? Int == 900)
        #expect(made.object["rotate_every_seconds"] is NSNull)
        #expect(made.object["audit_retention_seconds"] as? Int == 31_536_000)

        let settings = [
            "--name", "The shop", "--access-ttl", "90s", "--refresh-ttl", "12h", "--session-max-age", "2d", "--grace",
            "0s",
            "--reuse-policy", "until_used", "--algorithm", "EdDSA", "--issuer", "https://issuer.example", "--audience",
            "api",
            "--password-min-length", "12", "--allowed-origin", "https://a.example", "--allowed-origin",
            "https://b.example",
            "--registration", "closed", "--rotate-every", "90d", "--audit-retention", "30d",
            "--mail-from", "Shop <No-Reply@Shop.example>", "--app-url", "https://shop.example/account",
            "--require-verified-email", "on", "--email-login", "code",
        ]
        let changed = try await Program.run(
            ["admin", "tenant", "update", "shop", "--json"] + settings, place.environment)
        #expect(changed.status == 0, "\(changed.errors)")
        let expected: [String: NSObject] = [
            "name": "The shop" as NSString, "access_ttl_seconds": 90 as NSNumber,
            "refresh_ttl_seconds": 43_200 as NSNumber,
            "session_max_age_seconds": 172_800 as NSNumber, "grace_seconds": 0 as NSNumber,
            "reuse_policy": "until_used" as NSString, "algorithm": "EdDSA" as NSString,
            "issuer": "https://issuer.example" as NSString, "audience": "api" as NSString,
            "password_min_length": 12 as NSNumber,
            "allowed_origins": ["https://a.example", "https://b.example"] as NSArray,
            "registration": "closed" as NSString, "rotate_every_seconds": 7_776_000 as NSNumber,
            "audit_retention_seconds": 2_592_000 as NSNumber,
            "mail_from": "Shop <No-Reply@shop.example>" as NSString,
            "app_url": "https://shop.example/account" as NSString, "require_verified_email": true as NSNumber,
            "email_login": "code" as NSString,
        ]
        for (name, value) in expected {
            #expect(value.isEqual(changed.object[name]), "\(name): \(changed.object[name] ?? "missing")")
        }
        let cleared = try await Program.admin(
            "tenant", "update", "shop", "--rotate-every", "off", "--no-allowed-origins", "--mail-from", "none",
            "--app-url", "none", "--issuer", "default", "--audience", "default", in: place)
        #expect(cleared.status == 0, "\(cleared.errors)")
        #expect(cleared.object["mail_from"] is NSNull && cleared.object["app_url"] is NSNull)
        #expect(cleared.object["issuer"] as? String == "\(place.url)/t/shop")
        #expect(cleared.object["audience"] as? String == "shop")
        #expect(cleared.object["rotate_every_seconds"] is NSNull)
        #expect((cleared.object["allowed_origins"] as? [String])?.isEmpty == true)

        #expect(
            try await Program.admin("tenant", "disable", "shop", in: place).object["status"] as? String == "disabled")
        #expect(try await Program.admin("tenant", "enable", "shop", in: place).object["status"] as? String == "enabled")
        #expect(try await Program.admin("tenant", "list", in: place).list.map { $0["slug"] as? String } == ["shop"])
    }

    @Test("An issuer and an audience that follow the address and the slug are told from those that are set")
    func defaults() async throws {
        let place = try await Installation.migrated()
        _ = try await Program.admin("tenant", "create", "shop", in: place)
        let show = ["admin", "tenant", "show", "shop"]
        let shown = try await Program.run(show, place.environment).output
        #expect(shown.contains("  \(place.url)/t/shop (default)\n") && shown.contains("  shop (default)\n"), "\(shown)")
        _ = try await Program.admin(
            "tenant", "update", "shop", "--issuer", "\(place.url)/t/shop", "--audience", "shop", in: place)
        let named = try await Program.run(show, place.environment).output
        #expect(named.contains("  \(place.url)/t/shop\n") && !named.contains("(default)"), "\(named)")

        try await place.asSuperuser("update tenants set audience = 'default'")
        let kept = try await Program.admin("tenant", "update", "shop", "--name", "The shop", in: place)
        #expect(kept.object["audience"] as? String == "default", "\(kept.errors)")
        let left = try await Program.admin("tenant", "update", "shop", "--audience", "default", in: place)
        #expect(left.object["audience"] as? String == "shop", "\(left.errors)")
    }

    @Test("A tenant is deleted only with --yes where there is no terminal")
    func deletion() async throws {
        let place = try await Installation.migrated()
        _ = try await Program.admin("tenant", "create", "shop", in: place)
        let refused = try await Program.admin("tenant", "delete", "shop", in: place)
        #expect(refused.status == 1)
        #expect(refused.errorCode == "confirmation_required")
        let deleted = try await Program.admin("tenant", "delete", "shop", "--yes", in: place)
        #expect(deleted.object as? [String: String] == ["deleted": "shop"])
        #expect(try await Program.admin("tenant", "show", "shop", in: place).errorCode == "tenant_not_found")
    }

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

    @Test("Users are made, shown, given claims, disabled and deleted")
    func users() async throws {
        let place = try await Installation.migrated()
        _ = try await Program.admin("tenant", "create", "shop", in: place)
        let made = try await Program.admin(
            "user", "create", "shop", "--email", "ada@example.com", "--username", "ada", "--verified",
            "--password-stdin",
            in: place, input: password + "\n")
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
        for user in [id, "ada@example.com"] {
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
            "user", "create", "shop", "--email", "bob@example.com", "--password-stdin", in: place, input: password)
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
