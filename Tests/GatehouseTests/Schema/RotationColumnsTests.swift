import Postgres
import Testing

@testable import Gatehouse

/// A rotation is the write that there is most of. PostgreSQL leaves the indexes alone (HOT) where none of them has to do with a column
/// that changes, and the page has room for the row's new version.
@Suite(.installation) struct RotationColumnsTests {
    @Test("No index has to do with a column that a rotation changes")
    func columns() async throws {
        let installation = try await Installation.make()
        let tenant = try await installation.tenant()
        let session = try await installation.register(in: tenant)
        try await installation.asSuperuser("create table unrotated as select * from refresh_tokens")
        _ = try await installation.refresh(session.refreshToken, in: tenant)
        let changed = try await installation.asSuperuser(Self.changed)
        #expect(changed == ["generation", "rotated_at"])
        let indexes = try await installation.asSuperuser(Self.indexes)
        #expect(!indexes.isEmpty)
        for index in indexes {
            #expect(!changed.contains { index.contains($0) }, "\(index)")
        }
    }

    @Test("The pages of sessions are filled to seven tenths, so that there is room for a rotation's row")
    func room() async throws {
        let installation = try await Installation.make()
        let options = Statement<Void, String>(
            "select coalesce(array_to_string(reloptions, ' '), '') from pg_class where oid = 'refresh_tokens'::regclass",
            bind: { () }, row: { (options: String) in options })
        #expect(try await installation.asSuperuser(options) == ["fillfactor=70"])
    }

    private static let changed = Statement<Void, String>(
        """
        select was.key from unrotated u cross join lateral jsonb_each(to_jsonb(u)) was
        join refresh_tokens s on s.id = u.id
        where was.value is distinct from (to_jsonb(s) -> was.key) order by 1
        """, bind: { () }, row: { (column: String) in column })

    /// Whole definitions, since a column may stand in an expression or a condition as well.
    private static let indexes = Statement<Void, String>(
        "select pg_get_indexdef(indexrelid) from pg_index where indrelid = 'refresh_tokens'::regclass",
        bind: { () }, row: { (definition: String) in definition })
}
