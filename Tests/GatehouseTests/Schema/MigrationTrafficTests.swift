import FoundationEssentials
import Postgres
import TestSupport
import Testing

@testable import Gatehouse

/// An upgrade is applied while the release before serves.
@Suite(.installation) struct MigrationTrafficTests {
    /// What the release before asks, word for word where a table's locks depend on it.
    private static let requests: [(name: String, sql: String)] = [
        (
            "refresh",
            """
            with moved as (
                update refresh_tokens s set generation = s.generation + 1, rotated_at = now()
                from users u, tenants t
                where s.tenant_id = $1 and s.id = $2 and s.ended_at is null
                    and u.tenant_id = $1 and u.id = s.user_id and u.disabled_at is null and t.id = $1
                returning s.id
            )
            select count(*) from moved
            """
        ),
        (
            "me",
            """
            select count(*) from refresh_tokens s
            join users u on u.tenant_id = s.tenant_id and u.id = s.user_id join tenants t on t.id = s.tenant_id
            where s.tenant_id = $1 and s.id = $2
            """
        ),
        (
            "login",
            """
            with person as (
                select u.id from users u where u.tenant_id = $1 for share
            ), started as (
                insert into refresh_tokens (tenant_id, id, user_id)
                select t.id, gen_random_uuid(), person.id from person, tenants t where t.id = $1 and $2::uuid is not null
                returning id
            )
            select count(*) from started
            """
        ),
        (
            "reuse",
            """
            with ended as (
                update refresh_tokens set user_agent = 'x' where tenant_id = $1 and id = $2 returning id
            ), recorded as (
                insert into audit_events (tenant_id, id, actor, type)
                select $1, gen_random_uuid(), 'service', 'refresh.reuse_detected' from ended
                returning 1
            )
            select count(*) from recorded
            """
        ),
    ]

    /// What can't have a table within two seconds gives up, and is for another attempt.
    private static func upgrade(_ database: TestDatabase) async throws {
        while true {
            do {
                _ = try await Migrator(databaseURL: database.ownerURL).apply { _ in }
                return
            } catch PostgresError.server(let error) where error.state == .lockNotAvailable {
                continue
            }
        }
    }

    @Test(
        "The migrations after the release before fail no request of its, and none of them is in the way of the others",
        .timeLimit(.minutes(2)))
    func upgrade() async throws {
        let database = try await TestDatabase.make()
        _ = try await Migrator(databaseURL: database.ownerURL).apply(upTo: 9) { _ in }
        let superuser = try await Connection.open(database.superuserURL)
        try await superuser.script("grant gatehouse_service to gh_service")
        let tenant = UUID()
        // Each client has a session of its own: those who wait for each other's rows make an upgrade wait as well.
        let clients = (Self.requests + Self.requests).map { (sql: $0.sql, session: UUID()) }
        let sessions = clients.map { "('\(tenant)', '\($0.session)', '\(tenant)')" }.joined(separator: ", ")
        try await superuser.script(
            """
            insert into tenants (id, slug, name) values ('\(tenant)', 'shop', 'shop');
            insert into users (tenant_id, id, email) values ('\(tenant)', '\(tenant)', 'ada@example.com');
            insert into refresh_tokens (tenant_id, id, user_id) values \(sessions);
            """)
        await superuser.close()
        let pool = Pool(
            PoolConfiguration(
                database.serviceURL, size: 8, waitDeadline: .seconds(60), statementDeadline: .seconds(60),
                connectDeadline: .seconds(60)))
        let over = Flag()
        let answered = try await withThrowingTaskGroup(of: Int.self) { group in
            for (sql, session) in clients {
                let request = Statement<Void, Int>(sql, bind: { (tenant, session) }, row: { (count: Int) in count })
                group.addTask {
                    var count = 0
                    while !over.isSet || count < 10 {
                        _ = try await Database(pool: pool).first(request, (), in: tenant)
                        count += 1
                    }
                    return count
                }
            }
            group.addTask {
                defer { over.set() }
                try await Self.upgrade(database)
                return 0
            }
            return try await group.reduce(0, +)
        }
        #expect(answered >= 80)
        await pool.close()
    }
}
