import FoundationEssentials
import Postgres
import TestSupport
import Testing

@testable import Gatehouse

extension Installation {
    /// More sessions of the tenant's users.
    func addSessions(_ count: Int, in tenant: ServedTenant) async throws {
        try await asSuperuser(
            """
            insert into refresh_tokens (tenant_id, id, user_id)
            select tenant_id, gen_random_uuid(), id from users, generate_series(1, \(count))
            where tenant_id = '\(tenant.tenant.id.lowercaseString)'
            """)
    }

    /// Those that haven't been ended, whether or not they have expired.
    func liveSessions(in tenant: ServedTenant) async throws -> Int {
        let live = Statement<UUID, Int>(
            "select count(*) from refresh_tokens where tenant_id = $1 and ended_at is null", bind: { $0 },
            row: { (count: Int) in count })
        return try #require(try await serviceDatabase.first(live, tenant.tenant.id, in: tenant.tenant.id))
    }

    func waitForLive(_ count: Int, in tenant: ServedTenant) async throws {
        while try await liveSessions(in: tenant) != count {
            try Task.checkCancellation()
            await Task.yield()
        }
    }

    /// Holds the rows of sessions until it is told to commit, or closed.
    func holding(_ which: String) async throws -> Connection {
        let holder = try await Connection.open(database.superuserURL)
        try await holder.script("begin; select from refresh_tokens \(which) for update")
        return holder
    }

    /// Somebody who has begun a session for each user, and commits that when told to.
    func signingIn() async throws -> Connection {
        let connection = try await Connection.open(database.superuserURL)
        try await connection.script(
            """
            begin;
            insert into refresh_tokens (tenant_id, id, user_id) select tenant_id, gen_random_uuid(), id from users
            """)
        return connection
    }

    func endings() async throws -> [JSONObject] {
        try await administration.listEvents(tenant: "shop", type: .allSessionsRevoked, age: nil, limit: 10).map(
            \.detail)
    }
}
