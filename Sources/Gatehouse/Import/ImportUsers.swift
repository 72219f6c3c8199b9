import FoundationEssentials
import Postgres

extension Administration {
    /// Takes over the users of a file, with the hashes of their passwords.
    ///
    /// Each batch is one transaction: whatever ends this, whole batches are done, and another run passes over the users who are there
    /// already by their emails, unless those are somebody else's. Who is refused doesn't keep the others out. Throws `tenantNotFound`, also
    /// where the tenant is deleted before a batch is written, even if another has its slug by then, and `invalidSetting` for a file that
    /// can't be read to its end; what was read of it before is done by then, and reported.
    ///
    /// - Parameters:
    ///   - dryRun: Reports what would be done, and does nothing.
    ///   - refuse: Told of each refused user, in the order of the file. What it throws ends the import.
    ///   - progress: Told what it has come to after each batch, and whether that was the last.
    public func importUsers(
        of file: UserFile, into slug: String, dryRun: Bool, refuse: (RefusedUser) throws -> Void = { _ in },
        progress: (ImportReport, _ isLast: Bool) -> Void = { _, _ in }
    ) async throws -> ImportReport {
        let tenant = try await showTenant(slug).id
        var batches = ImportBatches(file, clock: clock, identifiers: identifiers)
        var report = ImportReport(isDryRun: dryRun)
        while let batch = try batches.next() {
            let outcome =
                dryRun
                ? try await look(at: batch, in: tenant) : try await insert(batch, of: file.format, into: tenant)
            let refused = batch.refused + outcome.refused
            for user in refused.sorted(by: { $0.position.number < $1.position.number }) { try refuse(user) }
            report.imported += outcome.imported
            report.skipped += outcome.skipped
            report.refused += refused.count
            progress(report, batch.isLast)
        }
        // Sign-ins find users by the right index from now on. Users are imported whether or not that succeeds.
        if !dryRun, report.imported > 0 { _ = try? await database.untenanted.execute(ImportStatements.analyze, ()) }
        return report
    }

    private func look(at batch: ImportBatch, in tenant: UUID) async throws -> ImportOutcome {
        let taken = try await database.queryPlannedOnce(ImportStatements.taken, (tenant, batch.users), in: tenant)
        return ImportOutcome(of: batch.users, taken) { outcome, _ in outcome.imported += 1 }
    }

    private func insert(
        _ batch: ImportBatch, of format: ImportFormat, into id: UUID
    ) async throws -> ImportOutcome {
        if batch.users.isEmpty { return ImportOutcome() }
        // It waits for a deletion of whoever has an address or a name, and keeps no other administration waiting meanwhile.
        let inserted = try await database.transaction(in: id) { transaction in
            let rows = try await transaction.query(ImportStatements.insert, (id, batch.users))
            guard !rows.isEmpty else { throw Refusal.tenantNotFound }
            let inserted = Set(rows.compactMap { $0 })
            if !inserted.isEmpty {
                try await record(
                    .userImported, in: transaction, tenant: id,
                    detail: ["imported": .integer(inserted.count), "format": .string(format.rawValue)])
            }
            return inserted
        }
        let others = batch.users.filter { !inserted.contains($0.id) }
        if others.isEmpty { return ImportOutcome(imported: inserted.count) }
        // Somebody may register meanwhile: what an insertion has waited for is there for the next statement to see.
        let taken = try await database.queryPlannedOnce(ImportStatements.taken, (id, others), in: id)
        var outcome = ImportOutcome(of: others, taken) { outcome, user in
            outcome.refuse(user, "", "conflict", "Somebody changed this account meanwhile; import it again.")
        }
        outcome.imported = inserted.count
        return outcome
    }
}
