import Postgres

/// What transactions of tests write and read.
enum NumberTable {
    static let insert = Statement<Int, Void>("insert into numbers values ($1)", bind: { $0 })
    static let all = Statement<Void, Int>(
        "select n from numbers order by n", bind: { _ in () }, row: { (n: Int) in n })
}

/// Runs `body` with a connection to a database that has the table, which holds no number twice once that is committed.
func withTable(_ body: (Connection) async throws -> Void) async throws {
    try await withConnection { connection async throws in
        try await connection.script("create table numbers (n bigint unique deferrable initially deferred)")
        try await body(connection)
    }
}
