import FoundationEssentials
import Testing

@testable import Gatehouse

@Suite("Imports that don't come to their end", .installation) struct InterruptedImportTests {
    @Test("Of a file that can't be read to its end the users before are imported, and another run does the rest")
    func interrupted() async throws {
        let installation = try await Installation.make()
        _ = try await installation.tenant()
        let lines = (0..<2500).map { "{\"email\":\"u\($0)@example.com\"}\n" }.joined()
        struct Unplugged: Error {}
        var bytes = Array(lines.utf8)[...]
        let file = try UserFile(
            ByteInput {
                // The file can't be read any further in the middle of the third batch.
                guard bytes.count > 10_000 else { throw Unplugged() }
                defer { bytes = bytes.dropFirst(1000) }
                return Array(bytes.prefix(1000))
            }, format: .jsonl)
        var reports: [ImportReport] = []
        await #expect(throws: Unplugged.self) {
            try await installation.administration.importUsers(
                of: file, into: "shop", dryRun: false, progress: { report, _ in reports.append(report) })
        }
        // So many lines are whole in the first 64,000 bytes.
        #expect(reports.map(\.imported) == [1000, 2000, 2170])
        #expect(try await installation.userCount() == 2170)
        let (report, refused) = try await installation.importUsers(lines)
        #expect(report.counts == [330, 2170, 0] && refused == [])
        #expect(try await installation.userCount() == 2500)
        let events = try await installation.administration.listEvents(
            tenant: "shop", type: .userImported, age: nil, limit: 10)
        #expect(events.map { $0.detail["imported"] } == [330, 170, 1000, 1000])
    }

    @Test("Users of a tenant that is deleted during the import don't go into another one that has its slug by then")
    func successor() async throws {
        let installation = try await Installation.make()
        _ = try await installation.tenant()
        // With the commit of the first batch the slug is another tenant's.
        try await installation.asSuperuser(
            """
            create function supersede() returns trigger language plpgsql security definer as $$
            begin
                delete from tenants where id = new.tenant_id;
                insert into tenants (id, slug, name) values (gen_random_uuid(), 'shop', 'shop');
                return null;
            end
            $$;
            create constraint trigger supersede after insert on audit_events deferrable initially deferred
                for each row when (new.type = 'user.imported') execute function supersede();
            """)
        let lines = (0...ImportBatches.size).map { "{\"email\":\"u\($0)@example.com\"}\n" }.joined()
        let file = try UserFile(ByteInput(lines, inPiecesOf: 4096), format: .jsonl)
        var reports: [ImportReport] = []
        await #expect(throws: Refusal.tenantNotFound) {
            try await installation.administration.importUsers(
                of: file, into: "shop", dryRun: false, progress: { report, _ in reports.append(report) })
        }
        #expect(reports.map(\.imported) == [1000])
        #expect(try await installation.rowCount("users") == 0)
    }

    @Test("Who can't write down who was refused ends the import")
    func unwrittenRefusal() async throws {
        let installation = try await Installation.make()
        _ = try await installation.tenant()
        struct Full: Error {}
        let file = try UserFile(ByteInput("{\"email\":\"nowhere\"}\n{\"email\":\"ada@example.com\"}\n"), format: .jsonl)
        await #expect(throws: Full.self) {
            try await installation.administration.importUsers(
                of: file, into: "shop", dryRun: false, refuse: { _ in throw Full() })
        }
    }
}
