import FoundationEssentials
import Postgres
import Testing

@testable import Gatehouse

/// What becomes of a session whose token an API client revokes.
@Suite(.installation) struct RevokeTokenTests {
    @Test("Either token ends its session, once, and the trail names the client", arguments: [true, false])
    func ends(byAccessToken: Bool) async throws {
        let installation = try await Installation.make()
        let tenant = try await installation.tenant()
        let client = try await installation.client()
        let (session, other) = (
            try await installation.register(in: tenant), try await installation.logIn(in: tenant)
        )
        let token = byAccessToken ? session.accessToken : session.refreshToken
        for _ in 0..<2 { try await installation.revoke(token, client, in: tenant) }
        #expect(try await !installation.isAlive(session, in: tenant))
        await #expect(throws: Refusal.sessionEnded) { try await installation.refresh(session.refreshToken, in: tenant) }
        #expect(try await installation.isAlive(other, in: tenant))
        let revoked = try await installation.events().filter { $0.type == "session.revoked" }
        #expect(revoked.count == 1)
        #expect(revoked.first?.actor == "client:\(client.id.lowercaseString)")
        #expect(revoked.first?.sessionID == session.sessionID && revoked.first?.userID == session.user?.id)
        #expect(revoked.first?.address == Installation.client.address)
    }

    @Test("A superseded refresh token ends its session, as a logout by it does")
    func superseded() async throws {
        let installation = try await Installation.make()
        let tenant = try await installation.tenant()
        let client = try await installation.client()
        let first = try await installation.register(in: tenant)
        let second = try await installation.refresh(first.refreshToken, in: tenant)
        _ = try await installation.refresh(second.refreshToken, in: tenant)
        try await installation.revoke(first.refreshToken, client, in: tenant)
        #expect(try await !installation.isAlive(second, in: tenant))
    }

    @Test("What is worth nothing here is no error and changes nothing: another tenant's tokens, rubbish")
    func worthless() async throws {
        let installation = try await Installation.make()
        let (shop, blog) = (try await installation.tenant("shop"), try await installation.tenant("blog"))
        let client = try await installation.client()
        let (own, foreign) = (try await installation.register(in: shop), try await installation.register(in: blog))
        let before = try await installation.everything()
        for token in [foreign.accessToken, foreign.refreshToken, "", "x", own.accessToken + "A"] {
            try await installation.revoke(token, client, in: shop)
        }
        #expect(try await installation.everything() == before)
        #expect(try await installation.isAlive(foreign, in: blog))
        #expect(try await installation.isAlive(own, in: shop))
    }

    @Test("An access token ends a session of its own user's only")
    func foreignUser() async throws {
        let installation = try await Installation.make()
        let tenant = try await installation.tenant()
        let client = try await installation.client()
        let session = try await installation.register(in: tenant)
        _ = try await installation.administration.createUser(tenant: "shop", email: "b@example.com")
        try await installation.asSuperuser(
            "update refresh_tokens set user_id = (select id from users where email = 'b@example.com')")
        let before = try await installation.everything()
        try await installation.revoke(session.accessToken, client, in: tenant)
        #expect(try await installation.everything() == before)
    }

    @Test("A device token can't be revoked, and the client is told so")
    func device() async throws {
        let installation = try await Installation.make()
        let tenant = try await installation.tenant()
        let client = try await installation.client()
        let session = try await installation.register(in: tenant)
        let device = try #require(session.deviceToken)
        await #expect(throws: Refusal.unsupportedTokenType) {
            try await installation.revoke(device, client, in: tenant)
        }
        // One that is forged is worth nothing.
        try await installation.revoke(device + "A", client, in: tenant)
        #expect(try await installation.isAlive(session, in: tenant))
    }

    @Test("A client with a wrong secret, of another tenant, or deleted revokes nothing")
    func clients() async throws {
        let installation = try await Installation.make()
        let shop = try await installation.tenant("shop")
        _ = try await installation.tenant("blog")
        let session = try await installation.register(in: shop)
        let (client, foreign) = (try await installation.client(), try await installation.client(of: "blog"))
        let id = client.id.lowercaseString
        let wrong = try #require(ClientCredential(id: id, secret: foreign.secret.revealed))
        _ = try await installation.administration.createClient(tenant: "shop", name: "another")
        for credential in [foreign, wrong] {
            await #expect(throws: Refusal.invalidClient) {
                try await installation.revoke(session.refreshToken, credential, in: shop)
            }
        }
        _ = try await installation.administration.deleteClient(tenant: "shop", id: id)
        await #expect(throws: Refusal.invalidClient) {
            try await installation.revoke(session.refreshToken, client, in: shop)
        }
        #expect(try await installation.isAlive(session, in: shop))
    }

    @Test("A client that is deleted between its secret and its revocation revokes nothing")
    func deletedMeanwhile() async throws {
        let installation = try await Installation.make()
        let tenant = try await installation.tenant()
        let session = try await installation.register(in: tenant)
        let revocation = SessionStatements.Revocation(
            tenant: tenant.tenant.id, session: session.sessionID, user: nil, client: UUID(), stamp: Installation.stamp)
        let ended = try await installation.serviceDatabase.end(
            SessionStatements.revokeForClient, revocation, in: tenant.tenant.id)
        #expect(ended == false)
        #expect(try await installation.isAlive(session, in: tenant))
    }

    @Test("Where the event can't be written, the session goes on")
    func together() async throws {
        let installation = try await Installation.make()
        let tenant = try await installation.tenant()
        let client = try await installation.client()
        let session = try await installation.register(in: tenant)
        try await installation.asSuperuser("alter table audit_events add constraint full_disk check (false) not valid")
        await #expect(throws: (any Error).self) {
            try await installation.revoke(session.refreshToken, client, in: tenant)
        }
        #expect(try await installation.isAlive(session, in: tenant))
    }

    @Test("The service records events in the name of the tenant's own clients alone")
    func forgedActor() async throws {
        let installation = try await Installation.make()
        let (shop, blog) = (try await installation.tenant("shop"), try await installation.tenant("blog"))
        let (client, foreign) = (try await installation.client(), try await installation.client(of: "blog"))
        func record(_ actor: String) async throws {
            let event = AuditEvent(
                id: UUID(), tenant: shop.tenant.id, actor: actor, type: .sessionRevoked, userID: nil, sessionID: nil,
                address: nil, userAgent: nil, detail: [:])
            try await installation.serviceDatabase.execute(AuditStatements.append, event, in: shop.tenant.id)
        }
        for actor in [
            "client:", "client:\(UUID().lowercaseString)", "client:\(foreign.id.lowercaseString)",
            client.id.lowercaseString, "client:\(client.id.uuidString)",
        ] {
            await #expect(throws: PostgresError.self, "\(actor)") { try await record(actor) }
        }
        try await record("client:\(client.id.lowercaseString)")
        #expect(blog.tenant.isEnabled)
    }
}

extension Installation {
    fileprivate func revoke(_ token: String, _ client: ClientCredential, in tenant: ServedTenant) async throws {
        try await service.revoke(token, by: client, from: Self.client, in: tenant)
    }
}
