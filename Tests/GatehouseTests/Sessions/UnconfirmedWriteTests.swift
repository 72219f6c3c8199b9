import FoundationEssentials
import Postgres
import Synchronization
import TestSupport
import Testing

@testable import Gatehouse

/// Requests that are sent again because nobody knew whether the first attempt had been done, on a server whose synchronous
/// standby is away.
@Suite(.installation, .timeLimit(.minutes(3))) struct UnconfirmedWriteTests {
    private typealias Write = (name: String, perform: @Sendable () async throws -> Void)

    @Test(
        "What finds everything done by an attempt that no standby has confirmed waits for the standby like that attempt"
    )
    func repeated() async throws {
        try await withDedicatedCluster { cluster async throws in
            let installation = try await Installation.make(on: try await TestDatabase.make(on: cluster))
            let writes = try await Self.writes(in: installation)
            let primary = try await LonelyPrimary.leave(installation)
            for write in writes {
                for attempt in ["the first attempt", "the second", "the third"] {
                    let outcome = try await primary.outcomeOfCutting(write.perform)
                    #expect(outcome == .commitUnconfirmed, "\(write.name), \(attempt)")
                }
            }
            try await primary.letGo()
            for write in writes { try await write.perform() }
        }
    }

    @Test("An emergency that no standby has confirmed says that no session has been ended, and to repeat it")
    func emergency() async throws {
        try await withDedicatedCluster { cluster async throws in
            let installation = try await Installation.make(on: try await TestDatabase.make(on: cluster))
            let tenant = try await installation.tenant()
            _ = try await installation.register(in: tenant)
            let rotate = { @Sendable in
                _ = try await installation.administration.rotateKeys(
                    tenant: "shop", use: .refresh, emergency: true, force: false)
            }
            let primary = try await LonelyPrimary.leave(installation)
            let outcome = try await primary.outcomeOfCutting {
                let thrown = await #expect(throws: UnfinishedEnding.self) { try await rotate() }
                let unfinished = try #require(thrown)
                #expect(unfinished.advice.contains("no session has been ended yet; repeat the command"))
                throw unfinished.cause
            }
            #expect(outcome == .commitUnconfirmed)
            #expect(try await installation.liveSessions(in: tenant) == 1)
            try await primary.letGo()
            try await rotate()
            #expect(try await installation.liveSessions(in: tenant) == 0)
        }
    }

    @Test("Where there are no synchronous standbys nothing is confirmed")
    func alone() async throws {
        try await withDedicatedCluster { cluster async throws in
            let installation = try await Installation.make(on: try await TestDatabase.make(on: cluster))
            let confirming = Statement<Void, Int>(
                "select count(*) from pg_stat_activity where usename = 'gh_service' and query like '%emit_message%'",
                bind: { () }, row: { (count: Int) in count })
            let superuser = try await Connection.open(installation.database.superuserURL)
            for write in try await Self.writes(in: installation) {
                for _ in 0..<2 { try await write.perform() }
                #expect(try await superuser.first(confirming, ()) == 0, "\(write.name)")
            }
            await superuser.close()
        }
    }

    /// Whatever is a success the second time as well, each on sessions of its own.
    private static func writes(in installation: Installation) async throws -> [Write] {
        let (service, client) = (installation.service, Installation.client)
        let tenant = try await installation.tenant()
        let apiClient = try await installation.client()
        let signedIn = try await service.authenticate(
            try await installation.register(in: tenant).accessToken, in: tenant)
        var sessions: [IssuedSession] = []
        for _ in 0..<4 { sessions.append(try await installation.logIn(in: tenant)) }
        let (first, second, third, fourth) = (sessions[0], sessions[1], sessions[2], sessions[3])
        let name = ProfileChange(name: .set(try DisplayName("Ada")), username: .keep)
        let everywhere = try await installation.register("b@example.com", in: tenant).accessToken
        let lenient = try await installation.tenant("lenient") { $0.reusePolicy = .untilUsed }
        let late = try await installation.register(in: lenient)
        _ = try await installation.refresh(late.refreshToken, in: lenient)
        try await installation.age(late, by: 61, in: lenient)
        return [
            (
                "logout by refresh token",
                { try await service.logOut(.refreshToken(first.refreshToken), scope: .local, from: client, in: tenant) }
            ),
            (
                "logout by access token",
                { try await service.logOut(.accessToken(second.accessToken), scope: .local, from: client, in: tenant) }
            ),
            (
                "logout everywhere",
                { try await service.logOut(.accessToken(everywhere), scope: .global, from: client, in: tenant) }
            ),
            ("revocation", { try await service.revoke(third.refreshToken, by: apiClient, from: client, in: tenant) }),
            (
                "end of another session",
                {
                    do {
                        try await service.endSession(fourth.sessionID, of: signedIn, from: client, in: tenant)
                    } catch Refusal.sessionNotFound {
                        // What is said of one that has ended: it is gone for good.
                    }
                }
            ),
            ("profile", { _ = try await service.updateProfile(name, of: signedIn, from: client, in: tenant) }),
            ("refresh after the grace", { _ = try await installation.refresh(late.refreshToken, in: lenient) }),
            (
                "disabling a user",
                { _ = try await installation.administration.disableUser(tenant: "shop", user: "b@example.com") }
            ),
        ]
    }
}

/// A server that waits for a standby that there isn't.
private struct LonelyPrimary {
    /// Of one attempt.
    private final class Progress: Sendable {
        let isOver = Mutex(false)
    }

    let connection: Connection

    private static let clients = "wait_event = 'SyncRep' and usename in ('gh_service', 'gh_owner')"
    private static let waiting = Statement<Void, Int>(
        "select count(*) from pg_stat_activity where \(clients)", bind: { () }, row: { (count: Int) in count })

    static func leave(_ installation: Installation) async throws -> LonelyPrimary {
        let primary = LonelyPrimary(connection: try await Connection.open(installation.database.superuserURL))
        try await primary.connection.script("alter system set synchronous_standby_names = 'nobody'")
        try await primary.connection.script("select pg_reload_conf()")
        let client = try await Connection.open(installation.database.serviceURL)
        // The checkpointer, which decides whether commits wait, reads its settings when it comes to it.
        var outcome: PostgresError?
        while outcome == nil {
            outcome = try await primary.outcomeOfCutting {
                _ = try await client.query(StandbyConfirmation.statement, (), deadline: .seconds(60))
            }
        }
        #expect(outcome == .commitUnconfirmed)
        await client.close()
        return primary
    }

    /// What `write` throws when its wait for the standby is cut short; nil when it doesn't wait.
    func outcomeOfCutting(_ write: @escaping @Sendable () async throws -> Void) async throws -> PostgresError? {
        let progress = Progress()
        return try await withThrowingTaskGroup(of: PostgresError?.self) { group in
            group.addTask {
                defer { progress.isOver.withLock { $0 = true } }
                do {
                    try await write()
                    return nil
                } catch let error as PostgresError {
                    return error
                }
            }
            while try await connection.first(Self.waiting, ()) == 0, !progress.isOver.withLock({ $0 }) {
                await Task.yield()
            }
            try await connection.script("select pg_cancel_backend(pid) from pg_stat_activity where \(Self.clients)")
            return try await group.next() ?? nil
        }
    }

    func letGo() async throws {
        try await connection.script("alter system reset synchronous_standby_names")
        try await connection.script("select pg_reload_conf()")
        await connection.close()
    }
}
