import FoundationEssentials
import TestSupport
import Testing

@testable import Gatehouse

@Suite(.installation) struct ManySessionsTests {
    @Test(
        "Of a user with more than a thousand sessions an answer holds the thousand newest, for them and for an operator"
    )
    func newest() async throws {
        let installation = try await Installation.make()
        let tenant = try await installation.tenant()
        let session = try await installation.register(in: tenant)
        let signedIn = try await installation.signedIn(session, in: tenant)
        try await installation.asSuperuser(
            """
            insert into refresh_tokens (tenant_id, id, user_id, created_at, rotated_at)
            select tenant_id, gen_random_uuid(), user_id, created_at - n * interval '1 s', rotated_at
            from refresh_tokens, generate_series(1, 1004) n
            """)
        let own = try await installation.service.listSessions(of: signedIn, in: tenant)
        #expect(own.count == 1000 && own.first?.id == session.sessionID)
        #expect(zip(own, own.dropFirst()).allSatisfy { $0.createdAt > $1.createdAt })
        let listed = try await installation.administration.listSessions(
            tenant: "shop", user: "ada@example.com", limit: ListSessions.most + 1)
        #expect(listed.count == 1001 && listed.prefix(1000).map(\.id) == own.map(\.id))
    }
}
