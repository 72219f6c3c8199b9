import PostgresCluster
import TestSupport
import Testing

@testable import Postgres

/// A server that is told to wait for a standby that isn't there.
@Suite("Commits that no standby confirms", .timeLimit(.minutes(2)))
struct UnconfirmedCommitTests {
    private static let insert = Statement<Int, Void>("insert into numbers values ($1)", bind: { $0 })
    private static let count = Statement<Void, Int>(
        "select count(*) from numbers", bind: { _ in () }, row: { (n: Int) in n })

    private static let write = Statement<Void, String>(
        "select pg_logical_emit_message(true, 'test', '')::text", bind: { _ in () }, row: { (s: String) in s })
    private static let waiting = Statement<Void, Int>(
        "select count(*) from pg_stat_activity where wait_event = 'SyncRep'", bind: { _ in () },
        row: { (n: Int) in n })

    /// - Parameter preparation: What is set up while commits don't wait yet.
    private func withLonelyPrimary(
        _ preparation: String = "", _ body: (Connection, PostgresCluster) async throws -> Void
    ) async throws {
        try await withDedicatedCluster { cluster async throws in
            let connection = try await Connection.open(cluster.superuserURL())
            try await connection.script("create table numbers (n bigint); \(preparation)")
            try await connection.script("alter system set synchronous_standby_names = 'nobody'")
            try await connection.script("select pg_reload_conf()")
            // The checkpointer, which decides whether commits wait, reads its settings when it comes to it. What ends the
            // wait here is a deadline; where that comes before the wait, nothing has been done.
            try await wait {
                do throws(PostgresError) {
                    _ = try await connection.query(Self.write, (), deadline: .milliseconds(50))
                    return false
                } catch {
                    return error == .commitUnconfirmed
                }
            }
            try await body(connection, cluster)
            await connection.close()
        }
    }

    /// Cancels the task of a write once it waits for the standby, and expects that nobody knows what came of it.
    private func expectUnconfirmed(
        on cluster: PostgresCluster, _ write: @escaping @Sendable () async throws -> Void
    ) async throws {
        let other = try await Connection.open(cluster.superuserURL())
        let cancelled = Task { try await write() }
        try await wait { try await other.first(Self.waiting, ()) == 1 }
        cancelled.cancel()
        await #expect(throws: PostgresError.commitUnconfirmed) { try await cancelled.value }
        await other.close()
    }

    @Test("a statement whose commit was cancelled while it waited for a standby has an unknown outcome, and is there")
    func statement() async throws {
        try await withLonelyPrimary { connection, cluster async throws in
            try await expectUnconfirmed(on: cluster) {
                _ = try await connection.execute(Self.insert, 1, deadline: .seconds(60))
            }
            #expect(try await connection.first(Self.count, ()) == 1)
            #expect(connection.isOpen)
        }
    }

    @Test("so has a transaction, whose body was done long before")
    func transaction() async throws {
        try await withLonelyPrimary { connection, _ async throws in
            // A commit is ended by its deadline alone. Where that comes before the wait, everything has been undone.
            var outcome: PostgresError?
            try await wait {
                outcome = await #expect(throws: PostgresError.self) {
                    try await connection.transaction(deadline: .milliseconds(100)) { transaction async throws in
                        try await transaction.execute(Self.insert, 1, deadline: .seconds(60))
                    }
                }
                return outcome != .timeout(.statement)
            }
            #expect(outcome == .commitUnconfirmed)
            #expect(try await connection.first(Self.count, ()) == 1)
        }
    }

    @Test("so has a script")
    func script() async throws {
        try await withLonelyPrimary { connection, cluster async throws in
            try await expectUnconfirmed(on: cluster) {
                try await connection.script("insert into numbers values (1)", deadline: .seconds(60))
            }
        }
    }

    @Test("an operator who cancels the wait, or lets go of standbys altogether, is told from one another")
    func operators() async throws {
        try await withLonelyPrimary { connection, cluster async throws in
            let other = try await Connection.open(cluster.superuserURL())
            let cancelled = Task { try await connection.execute(Self.insert, 1, deadline: .seconds(60)) }
            try await wait { try await other.first(Self.waiting, ()) == 1 }
            try await other.script("select pg_cancel_backend(pid) from pg_stat_activity where wait_event = 'SyncRep'")
            await #expect(throws: PostgresError.commitUnconfirmed) { try await cancelled.value }

            let released = Task { try await connection.execute(Self.insert, 2, deadline: .seconds(60)) }
            try await wait { try await other.first(Self.waiting, ()) == 1 }
            try await other.script("alter system reset synchronous_standby_names")
            try await other.script("select pg_reload_conf()")
            #expect(try await released.value == 1)
            await other.close()
        }
    }

    @Test("a role that has warnings kept from it is told all the same")
    func silencedRole() async throws {
        let silence = "alter role postgres set client_min_messages = error"
        try await withLonelyPrimary(silence) { _, cluster async throws in
            let connection = try await Connection.open(cluster.superuserURL())
            try await expectUnconfirmed(on: cluster) {
                _ = try await connection.execute(Self.insert, 1, deadline: .seconds(60))
            }
            await connection.close()
        }
    }

    @Test("neither a database nor a URL keeps warnings back, nor does it when the server has forgotten what was set")
    func silencedOtherwise() async throws {
        let database = try await TestDatabase.make()
        let superuser = try await Connection.open(database.superuserURL)
        try await superuser.script("alter database \(database.name) set client_min_messages = error")
        await superuser.close()
        let separator = database.superuserURL.contains("?") ? "&" : "?"
        let options = "\(separator)options=-c%20client_min_messages%3Derror"
        for url in [database.superuserURL, database.superuserURL + options] {
            let connection = try await Connection.open(url)
            #expect(try await connection.first(Statements.setting, "client_min_messages") == "warning")
            try await connection.script("discard all")
            #expect(try await connection.first(Statements.setting, "client_min_messages") == "warning")
            await connection.close()
        }
    }

    @Test("a notice, or any other warning, changes nothing")
    func otherWarnings() async throws {
        try await withConnection { connection async throws in
            let warn = Statement<Void, Void>("do $$ begin raise warning 'canceling wait'; end $$", bind: { _ in () })
            try await connection.execute(warn, ())
            try await connection.transaction { transaction async throws in _ = try await transaction.execute(warn, ()) }
            try await connection.script("do $$ begin raise warning 'canceling wait'; end $$")
            try await connection.script("do $$ begin raise notice 'x'; end $$")
            #expect(try await connection.first(Statements.one, ()) == 1)
        }
    }
}
