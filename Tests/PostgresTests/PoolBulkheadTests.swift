import TestSupport
import Testing

@testable import Postgres

@Suite("Bulkhead of a pool", .timeLimit(.minutes(2)))
struct PoolBulkheadTests {
    @Test("others are served at once while all that one party has of the pool waits for a lock")
    func bulkhead() async throws {
        let lock = Statement<Void, String>(
            "select pg_advisory_xact_lock(1)::text", bind: { () }, row: { (text: String) in text })
        let (shop, blog) = ([LocalSetting("app.tenant", "shop")], [LocalSetting("app.tenant", "blog")])
        try await withPool(size: 4, waitDeadline: .seconds(60), statementDeadline: .seconds(60)) { pool async throws in
            try await withThrowingTaskGroup(of: Void.self) { group in
                let holder = try await Connection.open(pool.configuration.conninfo)
                try await holder.script("select pg_advisory_lock(1)")
                for _ in 0..<12 { group.addTask { _ = try await pool.first(lock, (), settings: shop) } }
                try await wait { pool.status.busy == 3 && pool.status.waiting == 9 }
                // More settings make no other party of it.
                let planned = shop + [LocalSetting("plan_cache_mode", "force_generic_plan")]
                let thirteenth = Task { try await pool.first(Statements.one, (), settings: planned) }
                try await wait { pool.status.waiting == 10 }
                for _ in 0..<5 {
                    #expect(try await pool.first(Statements.setting, "app.tenant", settings: blog) == "blog")
                    #expect(try await pool.first(Statements.one, ()) == 1)
                    _ = try await pool.transaction(settings: blog) { try await $0.first(Statements.one, ()) }
                    await pool.series(Statements.one, 0, settings: blog, input: { _ in () }) { question, outcome in
                        #expect((try? outcome.get()) == [1])
                        return question < 3 ? question + 1 : nil
                    }
                }
                #expect(pool.status.busy == 3 && pool.status.waiting == 10)
                await holder.close()
                try await group.waitForAll()
                #expect(try await thirteenth.value == 1)
            }
        }
    }

    @Test("a party that is named has the share of one that a setting tells")
    func named() async throws {
        let lock = Statement<Void, String>(
            "select pg_advisory_xact_lock(1)::text", bind: { () }, row: { (text: String) in text })
        try await withPool(size: 4, waitDeadline: .seconds(60), statementDeadline: .seconds(60)) { pool async throws in
            try await withThrowingTaskGroup(of: Void.self) { group in
                let holder = try await Connection.open(pool.configuration.conninfo)
                try await holder.script("select pg_advisory_lock(1)")
                for _ in 0..<12 { group.addTask { _ = try await pool.first(lock, (), party: "look-ups") } }
                try await wait { pool.status.busy == 3 && pool.status.waiting == 9 }
                #expect(try await pool.first(Statements.one, ()) == 1)
                #expect(try await pool.first(Statements.one, (), party: "others") == 1)
                #expect(pool.status.busy == 3 && pool.status.waiting == 9)
                await holder.close()
                try await group.waitForAll()
            }
        }
    }
}
