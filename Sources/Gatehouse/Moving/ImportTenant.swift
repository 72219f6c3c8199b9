import FoundationEssentials
import Postgres

extension Administration {
    /// In bytes; a line of a tenant's file is longer in none that `exportTenant` has written.
    public static var longestLineOfTenantFile: Int { TenantFileSection.longestLine }

    /// Makes the tenant that a file holds, with everything in it, in one transaction: it is there as a whole or not at all.
    ///
    /// Its id, and those of its users and sessions, are what they were; its keys are sealed under the master key of this
    /// database. Where its issuer was the default of another public URL, it is set, so that tokens stay valid. Throws
    /// `tenantExists`, and `invalidSetting` for a wrong passphrase, before anything is written, and for a file that isn't what
    /// was exported; `guardRefused` where the master key is changed meanwhile.
    ///
    /// - Parameter nextLine: A line of the file without its end, and nil after the last.
    public func importTenant(
        under passphrase: Passphrase, progress: (Int) -> Void = { _ in }, nextLine: @escaping () throws -> [UInt8]?
    ) async throws -> MovedTenant {
        let sealer = try requiredSealer()
        let file = try TenantFileReader(nextLine)
        let key = try file.open(with: passphrase)
        let masterKeyID = try await MasterKeyCheck(database: database, sealer: sealer).refuseForeignKey()
        let header = file.header
        do {
            let moved = try await database.transaction(in: header.tenantID, snapshot: false) { transaction in
                guard
                    try await transaction.first(TenantFileStatements.exists, (header.tenantID, header.slug)) == false
                else { throw Refusal.tenantExists }
                let keys = MovedKeys(tenant: header.tenantID, file: key.sealer, here: sealer, masterKeyID: masterKeyID)
                var rows = TenantFileRows(header: header, transaction: transaction)
                while let (section, row) = try file.next() {
                    guard let arrived = section == .key ? keys.arrived(row) : row else { throw file.altered() }
                    if try await rows.append(arrived, of: section, length: file.lineLength) {
                        progress(file.counts.total)
                    }
                }
                try await rows.flush()
                let settled = try await settle(header, counts: file.counts, in: transaction)
                try await refuseChangedMasterKey(masterKeyID, of: sealer, beside: header.tenantID, in: transaction)
                return settled
            }
            // Plans made for the tables as they were would read a large tenant whole. What autovacuum does sooner or later.
            _ = try? await database.untenanted.execute(TenantFileStatements.analyze, ())
            return moved
        } catch PostgresError.server(let error) {
            throw refusal(for: error, at: file.lineNumber) ?? PostgresError.server(error)
        }
    }

    private func settle(
        _ header: TenantFileHeader, counts: TenantFileCounts, in transaction: Transaction
    ) async throws -> MovedTenant {
        guard var tenant = try await transaction.first(TenantStatements.bySlugLocked, header.slug) else {
            throw Refusal.invalidSetting("The file says nothing of the tenant's settings.")
        }
        let issuerDiffers = tenant.issuer(publicURL: publicURL) != header.issuer
        if issuerDiffers {
            // The tokens that are out name it, however long one may be that is set today.
            guard TenantSettingsChange.isURLText(header.issuer, upTo: ClaimBounds.formerIssuer) else {
                throw Refusal.invalidSetting("The first line of the file has been altered.")
            }
            tenant = try await transaction.first(TenantFileStatements.setIssuer, (tenant.id, header.issuer)) ?? tenant
        }
        try await KeySchedule.note(in: transaction, of: tenant, jwksMaxAge: jwksMaxAge)
        try await record(
            .tenantImported, in: transaction, tenant: tenant.id,
            detail: [
                "exported_at": .string(header.exportedAt), "users": .integer(counts.users),
                "sessions": .integer(counts.sessions), "keys": .integer(counts.keys),
                "issuer_set": .bool(issuerDiffers),
            ])
        return MovedTenant(tenant: tenant, issuer: header.issuer, issuerWasSet: issuerDiffers, counts: counts)
    }

    /// Throws `guardRefused` unless the keys of this database are still sealed under the master key that those of the file were.
    ///
    /// The newest tenant is held until the commit. A `master-key rotate` that is under way has either been there and is noticed
    /// here, or waits for the commit and finds what has arrived when it goes through all tenants once more.
    private func refuseChangedMasterKey(
        _ id: String?, of sealer: KeySealer, beside tenant: UUID, in transaction: Transaction
    ) async throws {
        _ = try await transaction.first(TenantFileStatements.holdNewest, tenant)
        // Over another connection: for this transaction the newest tenant is the one that arrives.
        let current = try await MasterKeyCheck(database: database, sealer: sealer).refuseForeignKey()
        guard current == nil || current == id ?? sealer.keys.sealing.id else {
            throw Refusal.guardRefused("The master key was changed meanwhile; import again.")
        }
    }

    /// What an error of the database says of the file: every row was one of another database, so that one which can't be one here
    /// has been altered.
    private func refusal(for error: ServerError, at line: Int) -> Refusal? {
        if ["tenants_slug_key", "tenants_pkey"].contains(error.constraint) { return .tenantExists }
        switch error.state {
        case SQLState.Class.integrityConstraintViolation, SQLState.Class.dataException,
            SQLState.Class.programLimitExceeded:
            return .invalidSetting(
                "The file has been altered: the database refuses something in it, at line \(line) or shortly before.")
        default: return nil
        }
    }
}

/// Takes keys from a file into a database.
private struct MovedKeys {
    let tenant: UUID
    let file: KeySealer
    let here: KeySealer
    let masterKeyID: String?

    /// The row as it is stored; nil for a key that the file's doesn't open, or that is none.
    func arrived(_ row: JSONObject) -> JSONObject? {
        guard let kid = row["kid"]?.stringValue, let use = row["use"]?.stringValue.flatMap(KeyUse.init(rawValue:)),
            let algorithm = row["algorithm"]?.stringValue.flatMap(SigningAlgorithm.init(rawValue:)),
            let state = row["state"]?.stringValue.flatMap(KeyState.init(rawValue:)), let secret = row["secret"],
            secret.isNull == (state == .revoked)
        else { return nil }
        let identity = KeyIdentity(tenantID: tenant, kid: kid, use: use)
        // In the place of a secret that a revoked key has left behind stands one that nobody has ever signed with.
        var material: KeyMaterial? = state == .revoked ? .generate(algorithm) : nil
        if let sealed = secret.stringValue.flatMap({ Base64URL.decode($0) }),
            let opened = try? file.open(sealed, for: identity)
        {
            material = try? KeyMaterial(algorithm: algorithm, secret: opened, kid: kid)
        }
        guard let material, let sealed = try? here.seal(material.secret, for: identity, under: masterKeyID) else {
            return nil
        }
        var row = row
        row["secret"] = nil
        row["sealed_secret"] = .string("\\x" + Hexadecimal.encode(sealed))
        return row
    }
}
