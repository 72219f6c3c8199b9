import FoundationEssentials
import Postgres

extension Administration {
    /// Seals every key, and every secret of a webhook, anew under the first master key, the newest tenant first; both are accepted
    /// meanwhile.
    ///
    /// Each tenant is one transaction: whatever ends this, what is done is done, and another run does the rest. What
    /// can't be opened is left as it is and reported. Throws `guardRefused` while an instance is running that would not open
    /// what is sealed here: at the beginning, where a dry run says so as well, or when one is started meanwhile.
    public func rotateMasterKey(
        dryRun: Bool, progress: (MasterKeyReport) -> Void = { _ in }
    ) async throws -> MasterKeyReport {
        let sealer = try requiredSealer()
        try await refuseWhileInstancesLack(sealer.keys.sealing)
        let first = try await resealAll(with: sealer, dryRun: dryRun, progress)
        guard !dryRun, first.hasResealedAny else { return first }
        // Once more, for what somebody with the older key made behind our back.
        var report = try await resealAll(with: sealer, dryRun: false) { _ in }
        report.add(resealedBefore: first)
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
                ? try await look(at: tenant, with: sealer) : try await reseal(tenant, with: sealer)
            report.keys += part.keys
            report.resealed += part.resealed
            report.unopened += part.unopened
            report.unchanged += part.unchanged
            report.unopenedRevoked += part.unopenedRevoked
            report.webhookSecrets += part.webhookSecrets
            report.tenants += 1
            progress(report)
        }
        return report
    }

    private func look(at tenant: Tenant, with sealer: KeySealer) async throws -> MasterKeyReport {
        let sealed = try await database.query(KeyStatements.all, tenant.id, in: tenant.id)
        let secrets = try await database.query(WebhookStatements.secrets, tenant.id, in: tenant.id)
        var report = Resealing(sealed, of: tenant, with: sealer).report
        report.webhookSecrets = WebhookSecretResealing(secrets, of: tenant, with: sealer).report
        return report
    }

    func reseal(_ tenant: Tenant, with sealer: KeySealer) async throws -> MasterKeyReport {
        do {
            return try await changing(tenant.slug) { transaction, tenant in
                let sealed = try await transaction.query(KeyStatements.all, tenant.id)
                let resealing = Resealing(sealed, of: tenant, with: sealer)
                let webhooks = WebhookSecretResealing(
                    try await transaction.query(WebhookStatements.secrets, tenant.id), of: tenant, with: sealer)
                for key in resealing.sealedBefore {
                    let secret = try sealer.seal(key.secret, for: key.identity)
                    _ = try await transaction.execute(
                        KeyStatements.reseal, (tenant.id, key.identity.kid, key.sealed, secret))
                }
                try await webhooks.carryOut(with: sealer, in: transaction)
                var report = resealing.report
                report.webhookSecrets = webhooks.report
                if report.hasResealedAny {
                    try await record(
                        .keysResealed, in: transaction, tenant: tenant.id,
                        detail: [
                            "keys": .integer(report.resealed), "master_key": .string(sealer.keys.sealing.id),
                            "webhook_secrets": .integer(report.webhookSecrets.resealed),
                        ])
                }
                return report
            }
        } catch Refusal.tenantNotFound {
            return MasterKeyReport()
        }
    }

    private func recordMasterKeyRotation(_ report: MasterKeyReport, to master: MasterKey) async throws {
        try await database.untenanted.transaction { transaction in
            try await trail.recordOperatorEvent(
                .masterKeyRotated, in: transaction,
                detail: [
                    "master_key": .string(master.id), "resealed": .integer(report.resealed),
                    "unopened": .integer(report.unopened.count),
                    "webhook_secrets_resealed": .integer(report.webhookSecrets.resealed),
                    "webhook_secrets_unopened": .integer(report.webhookSecrets.unopened.count),
                ])
        }
    }
}

/// The keys of one tenant, told apart by the master key they are sealed under.
private struct Resealing {
    struct Key {
        let identity: KeyIdentity
        let sealed: [UInt8]
        let secret: SigningSecret
    }

    private(set) var report = MasterKeyReport()
    /// What another master key than the sealing one has sealed.
    private(set) var sealedBefore: [Key] = []

    init(_ keys: [StoredKey.Sealed], of tenant: Tenant, with sealer: KeySealer) {
        report.keys = keys.count
        for sealed in keys {
            let identity = sealed.identity(in: tenant.id)
            do throws(UnsealFailure) {
                _ = try sealed.opened(by: sealer, tenantID: tenant.id)
                guard KeySealer.masterKeyID(of: sealed.secret) != sealer.keys.sealing.id else {
                    report.unchanged += 1
                    continue
                }
                sealedBefore.append(
                    Key(
                        identity: identity, sealed: sealed.secret, secret: try sealer.open(sealed.secret, for: identity)
                    ))
            } catch {
                // What a revoked key has signed is refused whether or not it opens.
                guard sealed.key.state != .revoked else {
                    report.unopenedRevoked += 1
                    continue
                }
                report.unopened.append(
                    UnopenedKey(
                        tenant: tenant.slug, kid: sealed.key.kid, use: sealed.key.use, state: sealed.key.state,
                        failure: error))
            }
        }
        report.resealed = sealedBefore.count
    }
}
