import TestSupport
import Testing

@testable import Postgres

@Suite("Statements", .timeLimit(.minutes(2)))
struct StatementTests {
    @Test("execute counts the affected rows")
    func affectedRows() async throws {
        let fill = Statement<Int, Void>("insert into numbers select generate_series(1, $1)", bind: { $0 })
        let clear = Statement<Void, Void>("delete from numbers", bind: { _ in () })
        try await withConnection { connection async throws in
            try await connection.script("create table numbers (n bigint)")
            #expect(try await connection.execute(fill, 5) == 5)
            #expect(try await connection.execute(clear, ()) == 5)
        }
    }

    @Test("a violated constraint is named, with its table and state, and the connection stays usable")
    func constraint() async throws {
        let insert = Statement<Int, Void>("insert into numbers values ($1)", bind: { $0 })
        try await withConnection { connection async throws in
            try await connection.script("create table numbers (n bigint constraint numbers_differ unique)")
            try await connection.execute(insert, 1)
            let error = await #expect(throws: PostgresError.self) { try await connection.execute(insert, 1) }
            let fault = try #require(error?.serverError)
            #expect(fault.state == .uniqueViolation)
            #expect(fault.constraint == "numbers_differ")
            #expect(fault.table == "numbers")
            #expect(fault.severity == .error)
            #expect(fault.detail != nil)
            #expect(!fault.description.contains("(1)"), "the description quotes no values")
            switch fault.state {
            case SQLState.Class.integrityConstraintViolation: break
            default: Issue.record("23505 belongs to class 23")
            }
            #expect(try await connection.first(Statements.one, ()) == 1)
        }
    }

    @Test("a setting holds for its statement and lapses afterwards")
    func localSetting() async throws {
        try await withConnection { connection async throws in
            let settings = [LocalSetting("app.tenant", "shop"), LocalSetting("app.other", "x")]
            #expect(try await connection.first(Statements.setting, "app.tenant", settings: settings) == "shop")
            #expect(try await connection.first(Statements.setting, "app.other", settings: settings) == "x")
            #expect(try await connection.query(Statements.setting, "app.tenant") == [nil])
        }
    }

    @Test("a statement and its settings are one transaction: when it fails, nothing of it stays")
    func implicitTransaction() async throws {
        let insert = Statement<Void, Void>("insert into notes select current_setting('app.note')", bind: { _ in () })
        let divide = Statement<Void, Int32>("select 1 / 0", bind: { _ in () }, row: { (n: Int32) in n })
        let count = Statement<Void, Int>("select count(*) from notes", bind: { _ in () }, row: { (n: Int) in n })
        try await withConnection { connection async throws in
            try await connection.script("create table notes (note text)")
            let note = LocalSetting("app.note", "hello")
            try await connection.execute(insert, (), settings: [note])
            await #expect(throws: PostgresError.self) { try await connection.query(divide, (), settings: [note]) }
            #expect(try await connection.query(Statements.setting, "app.note") == [nil])
            #expect(try await connection.first(count, ()) == 1)
        }
    }

    @Test("a statement is prepared once and reused")
    func prepared() async throws {
        let uses = Statement<Void, Int>(
            """
            select generic_plans + custom_plans from pg_prepared_statements
            where statement = 'select 1'
            """, bind: { _ in () }, row: { (n: Int) in n })
        try await withConnection { connection async throws in
            for _ in 1...7 { #expect(try await connection.first(Statements.one, ()) == 1) }
            #expect(try await connection.query(uses, ()) == [7])
        }
    }

    @Test("a statement whose preparation fails is prepared again later")
    func preparedAfterFailure() async throws {
        let late = Statement<Void, Int32>("select n from late", bind: { _ in () }, row: { (n: Int32) in n })
        try await withConnection { connection async throws in
            let error = await #expect(throws: PostgresError.self) { try await connection.query(late, ()) }
            #expect(error?.serverError?.state == .undefinedTable)
            try await connection.script("create table late (n integer); insert into late values (4)")
            #expect(try await connection.query(late, ()) == [4])
        }
    }

    @Test("a statement that fails while it runs stays prepared")
    func failedExecution() async throws {
        let divide = Statement<Int32, Int32>("select 1 / $1", bind: { $0 }, row: { (n: Int32) in n })
        try await withConnection { connection async throws in
            await #expect(throws: PostgresError.self) { try await connection.query(divide, 0) }
            #expect(try await connection.query(divide, 1) == [1])
        }
    }

    @Test("a changed table or a forgotten statement is prepared anew without the caller noticing")
    func stale() async throws {
        let all = Statement<Void, Int32>("select * from changing", bind: { _ in () }, row: { (n: Int32) in n })
        try await withConnection { connection async throws in
            try await connection.script("create table changing (n bigint); insert into changing values (3)")
            await #expect(throws: PostgresError.self) { try await connection.query(all, ()) }
            try await connection.script("alter table changing alter n type integer")
            #expect(try await connection.query(all, ()) == [3])
            try await connection.script("deallocate all")
            #expect(try await connection.query(all, ()) == [3])
        }
    }

    @Test(
        "a server that has forgotten all statements is told anew all that a trip needs, its settings' too",
        arguments: ["deallocate all", "discard all"])
    func forgotten(command: String) async throws {
        let settings = [LocalSetting("app.tenant", "shop")]
        try await withConnection { connection async throws in
            #expect(try await connection.first(Statements.setting, "app.tenant", settings: settings) == "shop")
            try await connection.script(command)
            #expect(try await connection.first(Statements.setting, "app.tenant", settings: settings) == "shop")
            // The first begin is new to the connection, so that a transaction is open where the setting fails; the second isn't.
            for _ in 1...2 {
                try await connection.script(command)
                let seen = try await connection.transaction(settings: settings) { transaction async throws in
                    try await transaction.query(Statements.setting, "app.tenant")
                }
                #expect(seen == ["shop"])
            }
        }
    }

    @Test("a description gives the types the server sees, and none of it runs")
    func describe() async throws {
        let insert = Statement<(Int, String), Int>(
            "insert into things values ($1, $2) returning id", bind: { ($0.0, $0.1) }, row: { (id: Int) in id })
        let wrong = Statement<Void, Int>("select name from things", bind: { _ in () }, row: { (n: Int) in n })
        let count = Statement<Void, Int>("select count(*) from things", bind: { _ in () }, row: { (n: Int) in n })
        try await withConnection { connection async throws in
            await #expect(throws: PostgresError.self) { try await connection.describe(insert) }
            try await connection.script("create table things (id bigint, name varchar)")
            let description = try await connection.describe(insert)
            #expect(description.parameterTypes == [.int8, .text])
            #expect(description.columnTypes == [.int8])
            #expect(insert.accepts(columnTypes: description.columnTypes))
            #expect(!wrong.accepts(columnTypes: try await connection.describe(wrong).columnTypes))
            #expect(try await connection.first(count, ()) == 0)
        }
    }

    @Test("a script is all or nothing")
    func script() async throws {
        try await withConnection { connection async throws in
            let error = await #expect(throws: PostgresError.self) {
                try await connection.script("create table a (); select 1; select 1 / 0; create table b ()")
            }
            #expect(error?.serverError?.state == SQLState(rawValue: "22012"))
            try await connection.script("create table a (); create table b ()")
            #expect(try await connection.first(Statements.one, ()) == 1)
        }
    }

    @Test("COPY in a script is refused")
    func copy() async throws {
        try await withConnection { connection async throws in
            await #expect(throws: PostgresError.self) { try await connection.script("copy (select 1) to stdout") }
            #expect(!connection.isOpen)
        }
    }
}
