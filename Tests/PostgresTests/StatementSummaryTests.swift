import Testing

@testable import Postgres

@Suite("What a statement is called in a trace")
struct StatementSummaryTests {
    @Test(
        "is its operations and tables in order, and no value",
        arguments: [
            ("select email from users where tenant_id = $1 and id = $2", "SELECT users"),
            ("SELECT a.x FROM app.a a\n  JOIN b ON b.id = a.id LEFT JOIN only c USING (id)", "SELECT app.a b c"),
            ("insert into users (id, name) values ($1, 'select from secrets')", "INSERT users"),
            ("insert into t select * from u on conflict do nothing", "INSERT t SELECT u"),
            ("insert into t (a) values (1) on conflict (a) do update set a = 2", "INSERT t"),
            ("update users set name = $1 where id = $2 returning id", "UPDATE users"),
            ("delete from t where slug = $1", "DELETE t"),
            ("select * from t where id = $1 for update skip locked", "SELECT t"),
            ("select x from unnest($1::uuid[]) x", "SELECT"), ("select a is distinct from b from t", "SELECT t"),
            (
                "with moved as (update s set n = 1 returning *), k as materialized (select 1) select * from moved, k",
                "UPDATE s SELECT SELECT"
            ),
            ("begin", "BEGIN"), ("commit", "COMMIT"), ("", ""), ("'", ""),
        ])
    func summaries(sql: String, summary: String) {
        #expect(StatementSummary(of: sql).text == summary)
    }

    @Test("It is at most 255 bytes")
    func bounded() {
        let sql = (0..<100).map { _ in "select 1 from a_table_with_a_long_name" }.joined(separator: " union ")
        #expect(StatementSummary(of: sql).text.utf8.count <= 255)
    }
}
