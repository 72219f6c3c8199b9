import FoundationEssentials
import Postgres
import TestSupport
import Testing

@testable import Gatehouse

/// One server connection that requests of all tenants share in turn: whatever a transaction leaves behind on it, the next
/// one of another tenant would see.
@Suite("Tenants behind a pooler with one connection", .timeLimit(.minutes(3)))
struct PoolerIsolationTests {
    private static let requests = 10_000

    @Test(
        "10,000 requests of three tenants cross never",
        .enabled(if: PgBouncer.isExpected, "pgbouncer isn't installed (apt install pgbouncer)"))
    func crossings() async throws {
        let path = try #require(PgBouncer.path)
        try await withDedicatedCluster { cluster async throws in
            let database = try await TestDatabase.make(on: cluster)
            try await PgBouncer.with(cluster, at: path, as: "gh_service") { bouncer async throws in
                let installation = try await Installation.make(
                    on: database, serviceURL: bouncer.conninfo(database: database.name))
                var people: [Person] = []
                for slug in ["shop", "blog", "wiki"] { people.append(try await person(of: slug, in: installation)) }
                let outcome = await visits(of: people, in: installation)
                #expect(outcome.answered == Self.requests && outcome.crossings == [])
                try await expectNothingLeft(on: bouncer.conninfo(database: database.name))
            }
        }
    }

    private struct Person: Sendable {
        let tenant: ServedTenant
        let session: IssuedSession
        let id: UUID
    }

    /// The same email everywhere, so that nothing but the tenant tells them apart.
    private func person(of slug: String, in installation: Installation) async throws -> Person {
        let tenant = try await installation.tenant(slug)
        let session = try await installation.register(in: tenant)
        return Person(tenant: tenant, session: session, id: try #require(session.user).id)
    }

    private struct Outcome: Sendable {
        var answered = 0
        var crossings: [String] = []
    }

    private func visits(of people: [Person], in installation: Installation) async -> Outcome {
        await withTaskGroup(of: Outcome.self) { group in
            for worker in 0..<8 {
                group.addTask {
                    var outcome = Outcome()
                    for number in 0..<(Self.requests / 8) {
                        let person = people[(worker + number) % people.count]
                        if let crossing = await visit(number, by: person, among: people, in: installation) {
                            outcome.crossings.append(crossing)
                        }
                        outcome.answered += 1
                    }
                    return outcome
                }
            }
            return await group.reduce(into: Outcome()) { all, part in
                all.answered += part.answered
                all.crossings += part.crossings
            }
        }
    }

    /// What went wrong, if anything: somebody else was seen, or oneself was not.
    private func visit(
        _ number: Int, by person: Person, among people: [Person], in installation: Installation
    ) async -> String? {
        let tenant = person.tenant.tenant
        do {
            switch number % 4 {
            case 0, 1:
                let seen = try await installation.service.authenticate(person.session.accessToken, in: person.tenant)
                return seen.user.id == person.id ? nil : "\(tenant.slug) saw \(seen.user.id)"
            case 2:
                let users = try await installation.serviceDatabase.query(
                    UserStatements.page, (tenant.id, nil, 10), in: tenant.id)
                return users.map(\.id) == [person.id] ? nil : "\(tenant.slug) listed \(users.map(\.id))"
            default:
                // Named in the statement, but not to row-level security.
                let other = people[(number + 1) % people.count].tenant.tenant.id
                let users = try await installation.serviceDatabase.query(
                    UserStatements.page, (other, nil, 10), in: tenant.id)
                return users.isEmpty || other == tenant.id ? nil : "\(tenant.slug) read another tenant's users"
            }
        } catch {
            return "\(tenant.slug): \(error)"
        }
    }

    /// The connection that all of them used names no tenant now: it reads no row.
    private func expectNothingLeft(on conninfo: String) async throws {
        let connection = try await Connection.open(conninfo)
        let count = Statement<Void, Int>(
            "select count(*) from users", bind: { () }, row: { (count: Int) in count })
        #expect(try await connection.first(count, ()) == 0)
        await connection.close()
    }
}
