import FoundationEssentials
import Postgres

extension Administration {
    /// Seals every key, and every secret of a webhook, anew under the first master key, the newest tenant first; both are accepted
    /// meanwhile.
    ///
    /// Each tenant is one transaction: whatever ends this, what is done is done, and another run does the rest, which may be no more
    /// than to record it. What can't be opened is left as it is and reported. Throws `guardRefused` while an instance is running
    /// that would not open what is sealed here: at the beginning, where a dry run says so as well, or when one is started meanwhile.
    public func rotateMasterKey(
        dryRun: Bool, progress: (MasterKeyReport) -> Void = { _ in }
    ) async throws -> MasterKeyReport {
        let sealer = try requiredSealer()
        try await refuseWhileInstancesLack(sealer.keys.sealing)
        let first = try await resealAll(with: sealer, dryRun: dryRun, progress)
        guard !dryRun else { return first }
        var report = first
        if first.hasResealedAny {
            // Once more, for what somebody with the older key made behind our back.
            report = try await resealAll(with: sealer, dryRun: false) { _ in }
            report.add(resealedBefore: first)
        }
        try await recordMasterKeyRotation(report, to: sealer.keys.sealing)
        return report
    }

    /// Looks whether every key and every secret of a webhook opens, and which don't. Changes nothing.
    public func verifyMasterKey(progress: (MasterKeyReport) -> Void = { _ in }) async throws -> MasterKeyReport {
        try await resealAll(with: try requiredSealer(), dryRun: true, progress)
    }

    private func resealAll(
        with sealer: KeySealer, dryRun: Bool, _ progress: (MasterKeyReport) -> Void
    ) async throws -> MasterKeyReport {
        let tenants = try await database.untenanted.query(TenantStatements.newestFirst, ())
        var report = MasterKeyReport()
        report.allTenants = tenants.count
        var asked = ContinuousClock.now
        for tenant in tenants {
            if !dryRun, asked.duration(to: .now) > .seconds(1) {
                try await refuseWhileInstancesLack(sealer.keys.sealing)
                asked = .now
            }
            let part =
                dryRun
                ? try await look(at: tenant, with: sealer)
                : try await reseal(tenant, with: sealer, isFirst: !report.hasResealedAny)
            report += part
            progress(report)
        }
        return report
    }

    private func look(at tenant: Tenant, with sealer: KeySealer) async throws -> MasterKeyReport {
        let keys = try await database.query(KeyStatements.all, tenant.id, in: tenant.id)
        let secrets = try await database.query(WebhookStatements.secrets, tenant.id, in: tenant.id)
        return MasterKeyReport(
            keys: Resealing(keys, of: tenant, with: sealer).report,
            webhookSecrets: Resealing(secrets, of: tenant, with: sealer).report)
    }

    /// - Parameter isFirst: Whether no other tenant has been sealed anew by this run, so that this is its beginning.
    func reseal(_ tenant: Tenant, with sealer: KeySealer, isFirst: Bool) async throws -> MasterKeyReport {
        do {
            return try await changing(tenant.slug) { transaction, tenant in
                let keys = Resealing(
                    try await transaction.query(KeyStatements.all, tenant.id), of: tenant, with: sealer)
                let secrets = Resealing(
                    try await transaction.query(WebhookStatements.secrets, tenant.id), of: tenant, with: sealer)
                try await keys.carryOut(in: transaction)
                try await secrets.carryOut(in: transaction)
                let report = MasterKeyReport(keys: keys.report, webhookSecrets: secrets.report)
                if report.hasResealedAny {
                    if isFirst {
                        try await trail.recordOperatorEvent(
                            .masterKeyRotationBegun, in: transaction,
                            detail: ["master_key": .string(sealer.keys.sealing.id)])
                    }
                    try await record(
                        .keysResealed, in: transaction, tenant: tenant.id,
                        detail: [
                            "keys": .integer(report.keys.resealed), "master_key": .string(sealer.keys.sealing.id),
                            "webhook_secrets": .integer(report.webhookSecrets.resealed),
                        ])
                }
                return report
            }
        } catch Refusal.tenantNotFound {
            return MasterKeyReport()
        }
    }

    /// A run that is ended just before this leaves nothing to seal and a beginning without an end, which the next run, whatever it has
    /// sealed itself, puts right.
    private func recordMasterKeyRotation(_ report: MasterKeyReport, to master: MasterKey) async throws {
        let detail: JSONObject = [
            "master_key": .string(master.id), "resealed": .integer(report.keys.resealed),
            "unopened": .integer(report.keys.unopened.count),
            "webhook_secrets_resealed": .integer(report.webhookSecrets.resealed),
            "webhook_secrets_unopened": .integer(report.webhookSecrets.unopened.count),
        ]
        try await database.untenanted.transaction { transaction in
            // Of two runs that end at once the second sees what the first has recorded.
            _ = try await transaction.execute(AuditStatements.lockOperatorEvents, ())
            _ = try await transaction.execute(
                AuditStatements.appendMasterKeyRotation, (identifiers.next(), trail.actor, master.id, detail))
        }
    }
}

extension StoredKey.Sealed: Resealable {
    func check(_ opened: SigningSecret) throws(UnsealFailure) {
        _ = try material(of: opened)
    }

    /// What a revoked key has signed is refused whether or not it opens.
    func unopened(_ failure: UnsealFailure, of tenant: Tenant) -> UnopenedKey? {
        guard key.state != .revoked else { return nil }
        return UnopenedKey(tenant: tenant.slug, kid: key.kid, use: key.use, state: key.state, failure: failure)
    }

    func replace(with sealed: [UInt8], of tenantID: UUID, in transaction: Transaction) async throws {
        _ = try await transaction.execute(KeyStatements.reseal, (tenantID, key.kid, secret, sealed))
    }
}
