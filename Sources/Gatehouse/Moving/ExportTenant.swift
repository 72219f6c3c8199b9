import FoundationEssentials
import Postgres

extension Administration {
    /// Writes everything that makes the tenant what it is, as it is at one moment: settings, keys sealed under `passphrase`,
    /// API clients, users, sessions, and where asked for the audit trail.
    ///
    /// It is recorded before anything leaves. Throws `tenantNotFound`, and `keysUnavailable` where a key doesn't open that
    /// tokens may need.
    ///
    /// - Parameter write: Given the file from its beginning, in whole lines.
    public func exportTenant(
        _ slug: String, under passphrase: Passphrase, withAudit: Bool, progress: (Int) -> Void = { _ in },
        write: @escaping ([UInt8]) throws -> Void
    ) async throws -> MovedTenant {
        try await exportTenant(
            slug, under: passphrase, seal: .fresh(), withAudit: withAudit, progress: progress, write: write)
    }

    func exportTenant(
        _ slug: String, under passphrase: Passphrase, seal: TenantFileSeal, withAudit: Bool, progress: (Int) -> Void,
        write: @escaping ([UInt8]) throws -> Void
    ) async throws -> MovedTenant {
        let sealer = try requiredSealer()
        let key = try seal.key(from: passphrase)
        let id = try await recordExport(of: slug, withAudit: withAudit)
        return try await database.transaction(in: id, snapshot: true) { transaction in
            guard let tenant = try await transaction.first(TenantStatements.bySlug, slug), tenant.id == id else {
                throw Refusal.tenantNotFound
            }
            let issuer = tenant.issuer(publicURL: publicURL)
            let header = TenantFileHeader(
                tenantID: id, slug: slug, issuer: issuer, exportedAt: RFC3339.format(clock.now()), seal: seal,
                keyID: key.id)
            var writer = try TenantFileWriter(header, key: key, write: write)
            let snapshot = TenantSnapshot(id: id, transaction: transaction, here: sealer, file: key.sealer)
            for section in TenantFileSection.allCases where section != .event || withAudit {
                try await snapshot.forEachRow(of: section) { row in
                    try writer.append(section, row)
                    progress(writer.counts.total)
                }
            }
            try writer.finish()
            return MovedTenant(tenant: tenant, issuer: issuer, issuerWasSet: false, counts: writer.counts)
        }
    }

    private func recordExport(of slug: String, withAudit: Bool) async throws -> UUID {
        try await changing(slug) { transaction, tenant in
            try await record(
                .tenantExported, in: transaction, tenant: tenant.id, detail: ["with_audit": .bool(withAudit)])
            return tenant.id
        }
    }
}
