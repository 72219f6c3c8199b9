import FoundationEssentials
import Postgres
import Testing

@testable import Gatehouse

@Suite(.installation) struct TenantUpdateTests {
    @Test("An update is recorded with the settings that it changed, before and after")
    func recordedUpdate() async throws {
        let installation = try await Installation.make()
        _ = try await installation.tenant { $0.issuer = "https://id.example" }
        var change = TenantSettingsChange()
        change.name = "shop"
        change.accessTTL = .seconds(60)
        change.issuer = .some(nil)
        change.allowedOrigins = ["https://app.example"]
        change.registrationOpen = false
        change.rotateEvery = .some(.seconds(86_400))
        change.mailFrom = "Shop <no-reply@shop.example>"
        _ = try await installation.administration.updateTenant("shop", change: change)
        let events = try await installation.administration.listEvents(
            tenant: "shop", type: .tenantUpdated, age: nil, limit: 10)
        let expected: JSONObject = [
            "access_ttl_seconds": ["before": 900, "after": 60],
            "issuer": ["before": "https://id.example", "after": nil],
            "allowed_origins": ["before": [], "after": ["https://app.example"]],
            "registration": ["before": "open", "after": "closed"],
            "rotate_every_seconds": ["before": nil, "after": 86_400],
            "mail_from": ["before": nil, "after": "Shop <no-reply@shop.example>"],
        ]
        #expect(events.map(\.detail) == [expected])
    }

    @Test("What is so already leaves the tenant as it is and isn't recorded: settings, enabled, disabled")
    func unchanged() async throws {
        let installation = try await Installation.make()
        let office = installation.administration
        _ = try await installation.tenant()
        let updatedAt = Statement<Void, Date>(
            "select updated_at from tenants", bind: { () }, row: { (date: Date) in date })
        var change = TenantSettingsChange()
        change.name = "shop"
        change.accessTTL = .seconds(900)
        let first = try await installation.ownerPool.first(updatedAt, ())
        let same = try await office.updateTenant("shop", change: change)
        _ = try await office.enableTenant("shop")
        #expect(same.settings == .standard && same.isEnabled)
        #expect(try await installation.ownerPool.first(updatedAt, ()) == first)
        for _ in 0..<2 {
            let disabled = try await office.disableTenant("shop")
            #expect(!disabled.isEnabled)
        }
        let events = try await office.listEvents(tenant: "shop", type: nil, age: nil, limit: 10)
        #expect(events.map(\.type) == ["tenant.disabled", "tenant.created"])
    }
}
