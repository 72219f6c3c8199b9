import FoundationEssentials
import Postgres
import TestSupport
import Testing

@testable import Gatehouse

/// A tenant that has moved to another database, under another master key and public URL.
@Suite(.installation) struct TenantMoveTests {
    @Test("Every token that was out is worth the same after the move, and passwords and API clients are too")
    func tokens() async throws {
        let move = try await Move.make()
        let tenant = try await move.from.tenant { $0.grace = .seconds(300) }
        let client = try await move.from.client()
        let first = try await move.from.register(in: tenant)
        let second = try await move.from.refresh(first.refreshToken, in: tenant)
        let other = try await move.from.logIn(in: tenant)
        let ended = try await move.from.logIn(in: tenant)
        try await move.from.service.logOut(
            .refreshToken(ended.refreshToken), scope: .local, from: Installation.client, in: tenant)
        _ = try await move.from.administration.rotateKeys(tenant: "shop", use: .all, emergency: false, force: true)
        let arrived = try await move.carried()

        for session in [first, second, other] { #expect(try await move.to.isAlive(session, in: arrived)) }
        #expect(try await !move.to.isAlive(ended, in: arrived))
        #expect(try await move.to.introspect(second.refreshToken, client, in: arrived)?.use == .refresh)
        // The generation before, within the grace of a rotation on the other side, gives the successor that it gave there.
        let again = try await move.to.refresh(first.refreshToken, in: arrived)
        let successor = try #require(try await move.to.introspect(again.refreshToken, client, in: arrived))
        let known = try #require(try await move.to.introspect(second.refreshToken, client, in: arrived))
        #expect(successor.issuedAt == known.issuedAt && successor.expiresAt == known.expiresAt)
        let third = try await move.to.refresh(second.refreshToken, in: arrived)
        let before = try await move.from.administration.listSessions(tenant: "shop", user: "ada@example.com")
        let after = try await move.to.administration.listSessions(tenant: "shop", user: "ada@example.com")
        #expect(Set(before.map(\.id)) == Set(after.map(\.id)))
        await #expect(throws: Refusal.sessionEnded) { try await move.to.refresh(ended.refreshToken, in: arrived) }
        _ = try await move.to.logIn(in: arrived)
        #expect(try await move.to.isAlive(third, in: arrived))
    }

    @Test(
        "The issuer stays: what was the default of one public URL is a setting under another, and isn't under the same")
    func issuer() async throws {
        let move = try await Move.make()
        _ = try await move.from.tenant()
        let lines = try await Move.export(from: move.from)
        let moved = try await Move.importing(lines, into: move.to)
        #expect(moved.issuer == "http://old.test/t/shop" && moved.issuerWasSet)
        #expect(moved.tenant.settings.issuer == "http://old.test/t/shop")
        let same = try await Installation.make(publicURL: "http://old.test")
        let unmoved = try await Move.importing(lines, into: same)
        #expect(!unmoved.issuerWasSet && unmoved.tenant.settings.issuer == nil)
    }

    @Test("An issuer stays that is longer than one may be set today")
    func longIssuer() async throws {
        let publicURL = "http://\(String(repeating: "o", count: 190)).test"
        let from = try await Installation.make(publicURL: publicURL)
        _ = try await from.tenant()
        let moved = try await Move.importing(
            try await Move.export(from: from), into: try await Installation.make(publicURL: "http://new.test"))
        #expect(moved.issuerWasSet && moved.issuer == "\(publicURL)/t/shop")
        #expect(moved.tenant.settings.issuer == moved.issuer)
    }

    @Test("Exported again from where it arrived, every row is the same to the microsecond")
    func fidelity() async throws {
        let move = try await Move.make()
        let tenant = try await move.from.tenant {
            $0.issuer = "https://id.example"
            $0.allowedOrigins = ["https://a.example", "https://b.example"]
            $0.rotateEvery = .seconds(86_400)
        }
        let first = try await move.from.register(in: tenant)
        _ = try await move.from.refresh(first.refreshToken, in: tenant)
        let office = move.from.administration
        _ = try await office.createUser(
            tenant: "shop", email: "B@Example.com", username: "Bo.b", name: "B \"\\ \u{1F511}")
        _ = try await office.setClaims(
            tenant: "shop", user: "b@example.com", json: #"{"a":{"b":[1,2.50,null,"x\ny"]}}"#)
        _ = try await office.disableUser(tenant: "shop", user: "b@example.com")
        _ = try await move.from.client()
        _ = try await office.rotateKeys(tenant: "shop", use: .all, emergency: false, force: true)
        _ = try await office.rotateKeys(tenant: "shop", use: .access, emergency: true, force: false)
        let lines = try await Move.export(from: move.from, withAudit: true)
        try await Move.importing(lines, into: move.to)
        let again = try await Move.export(from: move.to, withAudit: true)
        #expect(Self.rows(of: lines, but: [.key, .event]) == Self.rows(of: again, but: [.key, .event]))
        let events = Self.rows(of: again, but: [.settings, .key, .client, .user, .session])
        // Two more: that it arrived, and that it was exported again.
        #expect(Set(Self.rows(of: lines, but: [.settings, .key, .client, .user, .session])).isSubset(of: events))
        #expect(events.count { $0.contains("tenant.imported") } == 1)
        let keys = try await office.listKeys(tenant: "shop")
        #expect(keys == (try await move.to.administration.listKeys(tenant: "shop")))
        #expect(Set(keys.map(\.key.state)) == [.next, .current, .retired, .revoked])
    }

    @Test("More users than are read at once all arrive, and nobody of another tenant")
    func pages() async throws {
        let move = try await Move.make()
        let id = try await move.from.tenant().tenant.id.lowercaseString
        let other = try await move.from.tenant("blog").tenant.id.lowercaseString
        for tenant in [id, other] {
            try await move.from.asSuperuser(
                """
                insert into users (tenant_id, id, email)
                select '\(tenant)', gen_random_uuid(), 'u' || n || '@example.com' from generate_series(1, 2345) n
                """)
        }
        let moved = try await Move.importing(try await Move.export(from: move.from), into: move.to)
        #expect(moved.counts.users == 2345)
        #expect(try await move.to.rowCounts()["users"] == 2345)
        #expect(try await move.to.administration.listTenants().map(\.slug) == ["shop"])
    }

    @Test("A disabled tenant arrives disabled")
    func disabled() async throws {
        let move = try await Move.make()
        _ = try await move.from.tenant()
        _ = try await move.from.administration.disableTenant("shop")
        let moved = try await Move.importing(try await Move.export(from: move.from), into: move.to)
        #expect(!moved.tenant.isEnabled)
        await #expect(throws: Refusal.tenantNotFound) { try await move.to.service.directory.tenant(slug: "shop") }
        _ = try await move.to.administration.enableTenant("shop")
        let started = move.to.onAnotherInstance()
        _ = try await started.register(in: try await started.service.directory.tenant(slug: "shop"))
    }

    @Test("Export and import are recorded where they happen; the trail itself goes along where that is asked for")
    func audit() async throws {
        let move = try await Move.make()
        let tenant = try await move.from.tenant()
        _ = try await move.from.register(in: tenant)
        _ = try await move.carried()
        func types(_ installation: Installation) async throws -> [String] {
            let events = try await installation.administration.listEvents(
                tenant: "shop", type: nil, age: nil, limit: 100)
            return events.map(\.type).sorted()
        }
        #expect(try await types(move.from) == ["tenant.created", "tenant.exported", "user.registered"])
        #expect(try await types(move.to) == ["tenant.imported"])
    }

    /// The lines of the rows, in order, apart from some sections.
    private static func rows(of lines: [[UInt8]], but left: [TenantFileSection]) -> [String] {
        lines.dropFirst().dropLast(2).map { String(decoding: $0, as: UTF8.self) }
            .filter { line in !left.contains { line.hasPrefix("{\"\($0.rawValue)\":") } }
    }
}
