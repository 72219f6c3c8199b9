import Synchronization
import TestSupport
import Testing

@testable import Postgres

@Suite("A series of statements that goes wrong", .timeLimit(.minutes(1)))
struct SeriesFaultTests {
    /// Who answers, and how long a text is. That of "null" can't be read, and of "die" the backend dies before it answers.
    private static let length = Statement<String, (backend: Int32, length: Int32)>(
        """
        select pg_backend_pid(), nullif(length($1), 4),
            case $1 when 'die' then pg_terminate_backend(pg_backend_pid()) end
        """,
        bind: { $0 }, row: { (backend: Int32, length: Int32, _: Bool?) in (backend, length) })

    /// What has been put to the server, by index, and what has come back.
    private final class Heard: Sendable {
        let put = Mutex<[Int]>([])
        let outcomes = Mutex<[Result<[(backend: Int32, length: Int32)], PostgresError>]>([])

        var lengths: [Int32?] { outcomes.withLock { $0.map { (try? $0.get())?.first?.length } } }
        var backends: Set<Int32> { outcomes.withLock { Set($0.compactMap { (try? $0.get())?.first?.backend }) } }
        var errors: [PostgresError?] {
            outcomes.withLock { $0.map { if case .failure(let error) = $0 { error } else { nil } } }
        }
    }

    private func ask(_ texts: [String], of pool: Pool) async -> Heard {
        let heard = Heard()
        await pool.series(Self.length, 0) { index in
            heard.put.withLock { put in
                defer { put.append(index) }
                // What is put again is harmless, so that whoever puts it again comes to an end.
                return put.contains(index) ? "again" : texts[index]
            }
        } next: { index, outcome in
            heard.outcomes.withLock { $0.append(outcome) }
            return index + 1 < texts.count ? index + 1 : nil
        }
        return heard
    }

    @Test("tells of a statement with an unknown outcome, puts it no second time, and goes on elsewhere")
    func unknownOutcome() async throws {
        try await withPool(size: 1) { pool async throws in
            let heard = await ask(["a", "die", "abc"], of: pool)
            #expect(heard.put.withLock { $0 } == [0, 1, 2])
            #expect(heard.lengths == [1, nil, 3])
            #expect(heard.backends.count == 2)
            guard case .connectionLost(_, outcomeUnknown: true)? = heard.errors[1] else {
                Issue.record("told of \(heard.errors)")
                return
            }
            #expect(pool.status.busy == 0)
        }
    }

    @Test(
        "goes on with its connection after a row that can't be read, or a parameter that can't be sent",
        arguments: [("null", "decoding"), ("a\0", "encoding")])
    func unfit(text: String, kind: String) async throws {
        try await withPool(size: 1) { pool async throws in
            let heard = await ask(["a", text, "abc"], of: pool)
            #expect(heard.put.withLock { $0 } == [0, 1, 2])
            #expect(heard.lengths == [1, nil, 3])
            #expect(heard.errors.map { $0?.kind } == [nil, kind, nil])
            #expect(heard.backends.count == 1)
        }
    }

    /// Reads the tenant's setting back so many times; `turn` holds up each question but the last.
    private func readBack(
        _ tenant: String, _ count: Int, on pool: Pool, turn: @escaping @Sendable () -> Void = {}
    ) async -> [String?] {
        let read = Mutex<[String?]>([])
        await pool.series(Statements.setting, 1, settings: [LocalSetting("app.tenant", tenant)]) { _ in
            "app.tenant"
        } next: { number, outcome in
            read.withLock { $0.append((try? outcome.get())?.first ?? "a failure") }
            guard number < count else { return nil }
            turn()
            return number + 1
        }
        return read.withLock { $0 }
    }

    @Test("keeps its settings, also where two take turns on one connection, and leaves none behind")
    func settings() async throws {
        try await withPool(size: 1) { pool async throws in
            #expect(await readBack("shop", 3, on: pool) == ["shop", "shop", "shop"])
            // On the connection's thread: it goes to the other after each question.
            let turn: @Sendable () -> Void = { while pool.status.waiting == 0 { continue } }
            async let shop = readBack("shop", 8, on: pool, turn: turn)
            async let blog = readBack("blog", 8, on: pool, turn: turn)
            #expect(await shop == Array(repeating: "shop", count: 8))
            #expect(await blog == Array(repeating: "blog", count: 8))
            #expect(try await pool.query(Statements.setting, "app.tenant") == [nil])
        }
    }

    @Test("tells everybody when the pool is closed in the middle of it")
    func closed() async throws {
        let database = try await TestDatabase.make()
        let pool = Pool(PoolConfiguration(database.superuserURL, size: 1))
        async let one = errors(closing: pool)
        async let other = errors(closing: pool)
        let all = await [one, other]
        #expect(all.contains([nil, .closed, .closed]) && all.contains([.closed, .closed, .closed]))
        #expect(pool.status.busy == 0)
    }

    /// What three questions come to. Whoever is answered closes the pool, once the other waits for the connection.
    private func errors(closing pool: Pool) async -> [PostgresError?] {
        let errors = Mutex<[PostgresError?]>([])
        await pool.series(Statements.one, 1) { _ in
        } next: { number, outcome in
            switch outcome {
            case .failure(let error): errors.withLock { $0.append(error) }
            case .success:
                errors.withLock { $0.append(nil) }
                while pool.status.waiting == 0 { continue }
                Task { await pool.close() }
                while pool.status.waiting > 0 { continue }
            }
            return number < 3 ? number + 1 : nil
        }
        return errors.withLock { $0 }
    }
}
