import FoundationEssentials
import Postgres
import Testing

@testable import Gatehouse

@Suite(.installation) struct TenantTests {
    @Test("A tenant is made with the defaults of the contract")
    func defaults() async throws {
        let installation = try await Installation.make()
        let tenant = try await installation.tenant("shop").tenant
        #expect(tenant.settings == .standard)
        #expect(tenant.audience == "shop" && tenant.name == "shop" && tenant.isEnabled)
        #expect(tenant.issuer(publicURL: "https://login.example") == "https://login.example/t/shop")
        #expect(try await installation.administration.listTenants() == [tenant])
    }

    @Test("Every setting given is stored and read back")
    func settings() async throws {
        let installation = try await Installation.make()
        let tenant = try await installation.tenant { change in
            change.name = "The Shop"
            change.accessTTL = .seconds(1)
            change.refreshTTL = .seconds(2)
            change.sessionMaxAge = .seconds(3)
            change.grace = .zero
            change.reusePolicy = .untilUsed
            change.algorithm = .hs256
            change.issuer = "https://id.example"
            change.audience = "api"
            change.passwordMinLength = 64
            change.allowedOrigins = ["https://App.example:443", "http://localhost:3000"]
            change.registrationOpen = false
            change.rotateEvery = .some(.seconds(86_400))
            change.auditRetention = .seconds(90 * 86_400)
            change.mailFrom = "\"The, Shop\" <no-reply@Shop.example>"
            change.appURL = "https://shop.example/account"
            change.requireVerifiedEmail = true
            change.emailLogin = .link
        }.tenant
        let expected = TenantSettings(
            accessTTL: .seconds(1), refreshTTL: .seconds(2), sessionMaxAge: .seconds(3), grace: .zero,
            reusePolicy: .untilUsed, algorithm: .hs256, issuer: "https://id.example", audience: "api",
            passwordMinLength: 64, allowedOrigins: ["https://app.example", "http://localhost:3000"],
            registrationOpen: false, rotateEvery: .seconds(86_400), auditRetention: .seconds(90 * 86_400),
            mailFrom: "\"The, Shop\" <no-reply@shop.example>", appURL: "https://shop.example/account",
            requireVerifiedEmail: true, emailLogin: .link)
        #expect(tenant.settings == expected && tenant.name == "The Shop")
        var off = TenantSettingsChange()
        off.issuer = .some(nil)
        off.audience = .some(nil)
        off.rotateEvery = .some(nil)
        off.mailFrom = .some(nil)
        off.appURL = .some(nil)
        let left = try await installation.administration.updateTenant("shop", change: off).settings
        #expect(left.rotateEvery == nil && left.mailFrom == nil && left.appURL == nil)
        #expect(left.issuer == nil && left.audience == nil)
        #expect(left.emailLogin == .link && left.passwordMinLength == expected.passwordMinLength)
        let same = try await installation.administration.updateTenant("shop", change: TenantSettingsChange()).settings
        #expect(same == left)
    }

    @Test("A setting out of bounds is refused and changes nothing")
    func invalidSettings() async throws {
        let installation = try await Installation.make()
        let before = try await installation.tenant().tenant
        let changes: [(inout TenantSettingsChange) -> Void] = [
            { $0.accessTTL = .zero }, { $0.accessTTL = .milliseconds(1500) },
            { $0.refreshTTL = .seconds(2_000_000_000) },
            { $0.grace = .seconds(301) }, { $0.grace = .seconds(-1) }, { $0.passwordMinLength = 7 },
            { $0.passwordMinLength = 65 }, { $0.allowedOrigins = ["https://app.example/path"] },
            { $0.allowedOrigins = ["*"] }, { $0.allowedOrigins = ["null"] }, { $0.issuer = "ftp://x" },
            { $0.mailFrom = "shop" }, { $0.mailFrom = "Shop\r\nBcc: x@y.example <a@b.example>" },
            { $0.appURL = "shop.example" }, { $0.appURL = "https://shop.example/?next=" },
            { $0.appURL = "https://" }, { $0.appURL = "https:///account" }, { $0.appURL = "http://[/account" },
            { $0.appURL = "https://ada:secret@shop.example" }, { $0.issuer = "https://id.example:port" },
            { $0.issuer = "https://\(String(repeating: "x", count: 193))" }, { $0.issuer = "https://id.example/\"" },
            { $0.audience = String(repeating: "\u{1F600}", count: 51) },
            { $0.audience = String(repeating: "\"", count: 101) },
            { $0.audience = "" }, { $0.name = "a\nb" },
        ]
        for set in changes {
            var change = TenantSettingsChange()
            change.registrationOpen = false
            set(&change)
            await #expect {
                try await installation.administration.updateTenant("shop", change: change)
            } throws: { ($0 as? Refusal)?.code == "invalid_setting" }
        }
        #expect(try await installation.administration.showTenant("shop") == before)
    }

    @Test(
        "A slug that is malformed, reserved or taken is refused",
        arguments: ["x", "1abc", "ab-", "UPPER", "admin", "a_b"])
    func slugs(slug: String) async throws {
        let installation = try await Installation.make()
        _ = try await installation.tenant("taken")
        await #expect(throws: Refusal.tenantExists) {
            try await installation.administration.createTenant(slug: "taken", change: TenantSettingsChange())
        }
        await #expect {
            try await installation.administration.createTenant(slug: slug, change: TenantSettingsChange())
        } throws: { ($0 as? Refusal)?.code == "invalid_setting" }
    }

    @Test("A disabled tenant is unknown to the service, its live tokens included, and served again when enabled")
    func disabling() async throws {
        let installation = try await Installation.make()
        let tenant = try await installation.tenant()
        let session = try await installation.register(in: tenant)
        _ = try await installation.administration.disableTenant("shop")
        // An instance that has not heard of it yet finds out from the statement itself.
        for attempt in 0..<2 {
            await #expect(throws: Refusal.tenantNotFound, "attempt \(attempt)") {
                try await installation.service.authenticate(session.accessToken, in: tenant)
            }
            await #expect(throws: Refusal.tenantNotFound) {
                try await installation.refresh(session.refreshToken, in: tenant)
            }
        }
        await #expect(throws: Refusal.tenantNotFound) { try await installation.logIn(in: tenant) }
        await #expect(throws: Refusal.tenantNotFound) { try await installation.register("b@example.com", in: tenant) }
        _ = try await installation.administration.enableTenant("shop")
        #expect(try await installation.isAlive(session, in: tenant))
    }

    @Test("A deleted tenant takes its users, sessions and keys with it, nobody else's, and leaves who deleted it")
    func deleting() async throws {
        let installation = try await Installation.make()
        let (shop, blog) = (try await installation.tenant("shop"), try await installation.tenant("blog"))
        _ = try await installation.register(in: shop)
        let other = try await installation.register(in: blog)
        let session = try await installation.logIn(in: shop)
        try await installation.administration.deleteTenant("shop")
        // An instance that has not heard of it yet: every answer is that there is no such tenant.
        for attempt in [
            { _ = try await installation.logIn(in: shop) },
            { _ = try await installation.register("b@example.com", in: shop) },
            { _ = try await installation.refresh(session.refreshToken, in: shop) },
            { _ = try await installation.service.authenticate(session.accessToken, in: shop) },
        ] as [@Sendable () async throws -> Void] {
            do {
                try await attempt()
                Issue.record("A deleted tenant was served.")
            } catch let error as PostgresError {
                #expect(Refusal(from: error) == .tenantNotFound)
            } catch {
                #expect(error as? Refusal == .tenantNotFound)
            }
        }
        await #expect(throws: Refusal.tenantNotFound) { try await installation.administration.showTenant("shop") }
        #expect(try await installation.isAlive(other, in: blog))
        let remaining = Statement<Void, Int>(
            "select count(*) from tenants", bind: { () }, row: { (count: Int) in count })
        #expect(try await installation.ownerPool.first(remaining, ()) == 1)
        let last = try await installation.operatorEvents().last
        #expect(last?.type == "tenant.deleted" && last?.actor == "tests")
    }

    @Test("A changed tenant is served anew as soon as the change is heard", .timeLimit(.minutes(1)))
    func hearing() async throws {
        let installation = try await Installation.make()
        _ = try await installation.tenant()
        let listening = Task { await installation.service.directory.run() }
        defer { listening.cancel() }
        for open in [false, true, false] {
            var change = TenantSettingsChange()
            change.registrationOpen = open
            _ = try await installation.administration.updateTenant("shop", change: change)
            try await wait {
                try await installation.service.directory.tenant(slug: "shop").tenant.settings.registrationOpen == open
            }
        }
    }
}
