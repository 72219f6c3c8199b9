import FoundationEssentials
import Postgres
import TestSupport
import Testing

@testable import Gatehouse

/// Refreshes that come at once are moved by one statement. What is decided about each is what the statement for one decides.
@Suite(.installation, .timeLimit(.minutes(2))) struct GatheredRefreshTests {
    @Test("Many sessions that are refreshed at once all move on by one generation each time")
    func many() async throws {
        let installation = try await Installation.make()
        let tenant = try await installation.tenant()
        var sessions: [IssuedSession] = []
        for number in 0..<40 {
            sessions.append(try await installation.register("user\(number)@example.com", in: tenant))
        }
        for round in 1...5 {
            let successors = try await withThrowingTaskGroup(of: (Int, IssuedSession).self) { group in
                for (index, session) in sessions.enumerated() {
                    group.addTask { (index, try await installation.refresh(session.refreshToken, in: tenant)) }
                }
                return try await group.reduce(into: sessions) { $0[$1.0] = $1.1 }
            }
            #expect(zip(sessions, successors).allSatisfy { $0.sessionID == $1.sessionID })
            let generations = try await generations(installation)
            #expect(generations.count == 40 && generations.allSatisfy { $0 == round })
            sessions = successors
        }
    }

    @Test("A session whose row another holds keeps no other session of the tenant waiting")
    func heldRow() async throws {
        let installation = try await Installation.make()
        let tenant = try await installation.tenant()
        let held = try await installation.register("held@example.com", in: tenant)
        let free = try await installation.register("free@example.com", in: tenant)
        let holder = try await Connection.open(installation.database.superuserURL)
        try await holder.script(
            "begin; select from refresh_tokens where id = '\(held.sessionID.lowercaseString)' for update")
        async let successor = installation.refresh(held.refreshToken, in: tenant)
        try await installation.waitForLocks(1)
        var token = free.refreshToken
        for _ in 0..<3 { token = try await installation.refresh(token, in: tenant).refreshToken }
        try await holder.script("commit")
        await holder.close()
        #expect(try await successor.sessionID == held.sessionID)
    }

    @Test("The statement for many moves the very sessions that the statement for one moves")
    func equal() async throws {
        let installation = try await Installation.make()
        let tenant = try await installation.tenant().tenant.id
        try await Self.makeSessions(installation, tenant)
        for tenantIsDisabled in [false, true] {
            if tenantIsDisabled { try await installation.asSuperuser("update tenants set disabled_at = now()") }
            let presentations = try await presentations(installation, tenant)
            let one = try await movedOneByOne(presentations, installation, tenant)
            let together = try await movedTogether(presentations, installation, tenant)
            #expect(one == together)
            #expect(one.isEmpty == tenantIsDisabled)
            #expect(one.count < presentations.count)
        }
    }

    /// One session of each combination of what decides: ended or not, its user disabled or not, how long ago it was rotated and
    /// begun.
    private static func makeSessions(_ installation: Installation, _ tenant: UUID) async throws {
        let id = tenant.lowercaseString
        try await installation.asSuperuser(
            """
            update tenants set refresh_ttl_seconds = 1000, session_max_age_seconds = 2000;
            insert into users (tenant_id, id, email, disabled_at)
                select '\(id)', gen_random_uuid(), 'u' || n || '@example.com', case n when 1 then now() end
                from generate_series(0, 1) n;
            insert into refresh_tokens (tenant_id, id, user_id, generation, created_at, rotated_at, ended_at, end_reason)
                select u.tenant_id, gen_random_uuid(), u.id, 3, now() - make_interval(secs => age),
                    now() - make_interval(secs => least(idle, age)), case ended when 1 then now() end,
                    case ended when 1 then 'logout' end
                from users u, unnest('{0, 1990, 2010}'::int[]) age, unnest('{0, 990, 1010}'::int[]) idle,
                    generate_series(0, 1) ended
            """)
    }

    /// Of every session the generations around the one it is at.
    private func presentations(
        _ installation: Installation, _ tenant: UUID
    ) async throws -> [RotateRefreshToken.Presentation] {
        let ids = Statement<Void, UUID>("select id from refresh_tokens", bind: { () }, row: { (id: UUID) in id })
        return try await installation.serviceDatabase.query(ids, (), in: tenant).flatMap { id in
            (2...4).map { RotateRefreshToken.Presentation(tenant: tenant, session: id, generation: $0) }
        }
    }

    private func movedOneByOne(
        _ presentations: [RotateRefreshToken.Presentation], _ installation: Installation, _ tenant: UUID
    ) async throws -> Set<UUID> {
        try await undone(installation, tenant) { transaction in
            var moved: Set<UUID> = []
            // The highest first: a session that has moved would be moved by the next generation too.
            for one in presentations.sorted(by: { $0.generation > $1.generation }) {
                let result = try await transaction.first(RotateRefreshToken.statement, one)
                if let result, result.moved { moved.insert(result.session) }
            }
            return moved
        }
    }

    private func movedTogether(
        _ presentations: [RotateRefreshToken.Presentation], _ installation: Installation, _ tenant: UUID
    ) async throws -> Set<UUID> {
        try await undone(installation, tenant) { transaction in
            let results = try await transaction.query(RotateRefreshToken.together, (tenant, presentations))
            #expect(results.allSatisfy { $0.session.generation == 4 })
            return Set(results.map(\.session.id))
        }
    }

    private struct Undo: Error { let moved: Set<UUID> }

    private func undone(
        _ installation: Installation, _ tenant: UUID, _ body: @Sendable (Transaction) async throws -> Set<UUID>
    ) async throws -> Set<UUID> {
        do {
            return try await installation.serviceDatabase.transaction(in: tenant) { transaction in
                throw Undo(moved: try await body(transaction))
            }
        } catch let undo as Undo {
            return undo.moved
        }
    }

    private func generations(_ installation: Installation) async throws -> [Int] {
        let statement = Statement<Void, Int>(
            "select generation from refresh_tokens", bind: { () }, row: { (generation: Int) in generation })
        let superuser = try await Connection.open(installation.database.superuserURL)
        let generations = try await superuser.query(statement, ())
        await superuser.close()
        return generations
    }
}
