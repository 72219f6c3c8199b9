import Foundation
import TestSupport
import Testing

@Suite("gatehouse admin tenant")
struct TenantCommandTests {
    static let tenantMembers: Set<String> = [
        "id", "slug", "name", "issuer", "status", "access_ttl_seconds", "refresh_ttl_seconds",
        "session_max_age_seconds",
        "grace_seconds", "reuse_policy", "algorithm", "audience", "password_min_length", "allowed_origins",
        "registration",
        "rotate_every_seconds", "audit_retention_seconds", "mail_from", "app_url", "require_verified_email",
        "email_login",
        "created_at",
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
        let events = try await Program.admin(
            "audit", "list", "shop", "--type", "tenant.updated", "--since", "1h", in: place)
        let recorded = try #require(events.list.first?["detail"] as? [String: [String: Any]], "\(events.output)")
        #expect(Set(recorded.keys) == Set(expected.keys))
        for (name, value) in expected {
            #expect(value.isEqual(recorded[name]?["after"]), "\(name): \(recorded[name] ?? [:])")
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

    @Test("Lifetimes by which no session outlives its first access token are set all the same, and noted")
    func shortSessions() async throws {
        let place = try await Installation.migrated()
        let made = try await Program.admin(
            "tenant", "create", "shop", "--access-ttl", "1h", "--refresh-ttl", "10m", in: place)
        #expect(made.status == 0 && made.object["refresh_ttl_seconds"] as? Int == 600)
        let note = "gatehouse: Sessions don't outlive their first access token: "
        #expect(made.errors == "\(note)refresh-ttl is 10m, and access-ttl is 1h.\n")
        let both = try await Program.admin("tenant", "update", "shop", "--session-max-age", "1h", in: place)
        #expect(both.errors == "\(note)refresh-ttl is 10m, session-max-age is 1h, and access-ttl is 1h.\n")
        let mended = try await Program.admin("tenant", "update", "shop", "--access-ttl", "5m", in: place)
        #expect(mended.status == 0 && mended.errors == "")
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
}
