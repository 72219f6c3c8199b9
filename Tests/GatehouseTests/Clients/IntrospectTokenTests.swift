import FoundationEssentials
import Postgres
import TestSupport
import Testing

@testable import Gatehouse

/// What an API client is told of a token, and that asking changes nothing.
@Suite(.installation) struct IntrospectTokenTests {
    @Test("An access token is described by its own claims and the user's present name")
    func access() async throws {
        let installation = try await Installation.make()
        let tenant = try await installation.tenant()
        let client = try await installation.client()
        let session = try await installation.register(in: tenant)
        let user = try #require(session.user)
        let active = try #require(try await installation.introspect(session.accessToken, client, in: tenant))
        let claims = try await installation.claims(of: session.accessToken, in: tenant)
        #expect(active.use == .access && active.subject == user.id && active.sessionID == session.sessionID)
        #expect(active.issuer == tenant.issuer && active.audience == "shop" && active.id == claims.id)
        #expect(active.issuedAt == claims.issuedAt && active.expiresAt == claims.expiresAt)
        #expect(active.username == nil)
        try await installation.asSuperuser("update users set username = 'ada'")
        #expect(try await installation.introspect(session.accessToken, client, in: tenant)?.username == "ada")
    }

    @Test("A refresh token is active exactly while presenting it would be answered, and asking changes nothing")
    func refreshGenerations() async throws {
        let installation = try await Installation.make()
        let tenant = try await installation.tenant()
        let client = try await installation.client()
        let first = try await installation.register(in: tenant)
        let second = try await installation.refresh(first.refreshToken, in: tenant)
        func active(_ token: String) async throws -> Bool {
            try await installation.introspect(token, client, in: tenant) != nil
        }
        let before = try await installation.everything()
        #expect(try await active(second.refreshToken))
        #expect(try await active(first.refreshToken), "the previous one within the grace")
        #expect(try await installation.everything() == before)
        try await installation.age(first, by: 61, in: tenant)
        #expect(try await active(second.refreshToken))
        #expect(try await !active(first.refreshToken), "the previous one after the grace")
        let third = try await installation.refresh(second.refreshToken, in: tenant)
        #expect(try await !active(first.refreshToken), "two generations back")
        // Nobody has presented the old one, so its session goes on.
        for token in [third.refreshToken, third.accessToken] { #expect(try await active(token)) }
        try await installation.asSuperuser("update refresh_tokens set generation = 0")
        #expect(try await !active(third.refreshToken), "a generation that the database doesn't know")
    }

    @Test("Under until_used the previous refresh token stays active until its successor has been used")
    func untilUsed() async throws {
        let installation = try await Installation.make()
        let tenant = try await installation.tenant { $0.reusePolicy = .untilUsed }
        let client = try await installation.client()
        let first = try await installation.register(in: tenant)
        let second = try await installation.refresh(first.refreshToken, in: tenant)
        try await installation.age(first, by: 61, in: tenant)
        #expect(try await installation.introspect(first.refreshToken, client, in: tenant)?.use == .refresh)
        _ = try await installation.refresh(second.refreshToken, in: tenant)
        #expect(try await installation.introspect(first.refreshToken, client, in: tenant) == nil)
    }

    @Test("A refresh token is active until its session would be over, whatever lifetimes have been set since")
    func lifetime() async throws {
        let installation = try await Installation.make()
        let tenant = try await installation.tenant()
        let client = try await installation.client()
        let session = try await installation.register(in: tenant)
        let before = try #require(try await installation.introspect(session.refreshToken, client, in: tenant))
        #expect(before.expiresAt - before.issuedAt == 30 * 86_400)
        #expect(before.audience == nil && before.id == nil && before.issuer == tenant.issuer)
        try await installation.asSuperuser("update tenants set refresh_ttl_seconds = 3600")
        let after = try #require(try await installation.introspect(session.refreshToken, client, in: tenant))
        #expect(after.expiresAt - after.issuedAt == 3600)
    }

    static let endings: [(String, String)] = [
        ("the session was ended", "update refresh_tokens set ended_at = now(), end_reason = 'logged_out'"),
        ("the session is idle for too long", "update refresh_tokens set rotated_at = now() - interval '31 d'"),
        ("the session is too old", "update refresh_tokens set created_at = now() - interval '181 d'"),
        ("the user is disabled", "update users set disabled_at = now()"),
        ("the user is deleted", "delete from users"),
        (
            "the session is another user's",
            "update refresh_tokens set user_id = (select id from users where email like 'b%')"
        ),
    ]

    @Test("A token is worth nothing once its session or user is gone", arguments: endings)
    func ended(why: String, sql: String) async throws {
        let installation = try await Installation.make()
        let tenant = try await installation.tenant()
        let client = try await installation.client()
        let session = try await installation.register(in: tenant)
        _ = try await installation.administration.createUser(tenant: "shop", email: "b@example.com")
        #expect(try await installation.introspect(session.accessToken, client, in: tenant) != nil)
        try await installation.asSuperuser(sql)
        #expect(try await installation.introspect(session.accessToken, client, in: tenant) == nil, "\(why)")
        // A refresh token doesn't say whose it is: it is the session's user's.
        guard why != "the session is another user's" else { return }
        #expect(try await installation.introspect(session.refreshToken, client, in: tenant) == nil, "\(why)")
    }

    @Test("Another tenant's tokens, device tokens and what is no token are worth nothing")
    func worthless() async throws {
        let installation = try await Installation.make()
        let (shop, blog) = (try await installation.tenant("shop"), try await installation.tenant("blog"))
        let client = try await installation.client()
        let (own, foreign) = (try await installation.register(in: shop), try await installation.register(in: blog))
        let device = try #require(own.deviceToken)
        for token in [
            foreign.accessToken, foreign.refreshToken, device, "", "x", "a.b.c", own.accessToken + "A",
            String(own.refreshToken.dropLast(4)) + "AAAA",
        ] {
            #expect(try await installation.introspect(token, client, in: shop) == nil)
        }
    }

    @Test("A wrong secret, another tenant's client, an unknown and a deleted one are refused alike")
    func clients() async throws {
        let installation = try await Installation.make()
        let (shop, blog) = (try await installation.tenant("shop"), try await installation.tenant("blog"))
        let session = try await installation.register(in: shop)
        let office = installation.administration
        let made = try await office.createClient(tenant: "shop", name: "Backend")
        let foreign = try await office.createClient(tenant: "blog", name: "Backend")
        let id = made.client.id.lowercaseString
        let wrong = [
            ClientCredential(id: id, secret: foreign.secret.revealed),
            ClientCredential(id: foreign.client.id.lowercaseString, secret: foreign.secret.revealed),
            ClientCredential(id: foreign.client.id.lowercaseString, secret: made.secret.revealed),
            ClientCredential(id: UUID().lowercaseString, secret: made.secret.revealed),
        ]
        for credential in wrong {
            for token in [session.accessToken, "x"] {
                await #expect(throws: Refusal.invalidClient) {
                    try await installation.introspect(token, try #require(credential), in: shop)
                }
            }
        }
        let right = try #require(ClientCredential(id: id, secret: made.secret.revealed))
        await #expect(throws: Refusal.invalidClient) { try await installation.introspect("x", right, in: blog) }
        #expect(try await installation.introspect(session.accessToken, right, in: shop) != nil)
        _ = try await office.deleteClient(tenant: "shop", id: id)
        await #expect(throws: Refusal.invalidClient) {
            try await installation.introspect(session.accessToken, right, in: shop)
        }
    }

    @Test("A tenant that has been disabled since it was looked up is not found")
    func disabledTenant() async throws {
        let installation = try await Installation.make()
        let tenant = try await installation.tenant()
        let client = try await installation.client()
        let session = try await installation.register(in: tenant)
        _ = try await installation.administration.disableTenant("shop")
        await #expect(throws: Refusal.tenantNotFound) {
            try await installation.introspect(session.accessToken, client, in: tenant)
        }
    }
}

extension Installation {
    /// A new API client of this tenant.
    func client(of tenant: String = "shop") async throws -> ClientCredential {
        let made = try await administration.createClient(tenant: tenant, name: "Backend")
        return try #require(
            ClientCredential(id: made.client.id.lowercaseString, secret: made.secret.revealed))
    }

    func introspect(_ token: String, _ client: ClientCredential, in tenant: ServedTenant) async throws -> ActiveToken? {
        try await service.introspect(token, for: client, in: tenant)
    }

    func claims(of accessToken: String, in tenant: ServedTenant) async throws -> AccessClaims {
        try AccessClaims(payload: CompactJWS.parse(accessToken).payload)
    }

    /// Every session and event there is, as text.
    func everything() async throws -> [String] {
        let rows = Statement<Void, String>(
            """
            select refresh_tokens::text from refresh_tokens union all select audit_events::text from audit_events
            order by 1
            """, bind: { () }, row: { (row: String) in row })
        let superuser = try await Connection.open(database.superuserURL)
        let texts = try await superuser.query(rows, ())
        await superuser.close()
        return texts
    }
}
