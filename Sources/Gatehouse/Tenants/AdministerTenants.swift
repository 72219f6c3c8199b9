import FoundationEssentials
import Postgres

extension Administration {
    /// Makes a tenant with its keys: for both uses one that signs and one that will.
    ///
    /// Throws `invalidSetting`, also for the slug, and `tenantExists`.
    public func createTenant(slug text: String, change: TenantSettingsChange) async throws -> Tenant {
        let slug: TenantSlug
        do throws(FieldFault) { slug = try TenantSlug(text) } catch { throw Refusal.invalidSetting(error.message) }
        let settings = try change.applied(to: .standard)
        let name = try change.appliedName(slug.text)
        let sealer = try requiredSealer()
        let masterKeyID = try await MasterKeyCheck(database: database, sealer: sealer).refuseForeignKey()
        let id = identifiers.next()
        do {
            return try await database.transaction(in: id) { transaction in
                guard
                    let tenant = try await transaction.first(
                        TenantStatements.insert, (id, slug.text, name, settings))
                else { throw Refusal.tenantNotFound }
                let store = KeyStore(
                    transaction: transaction, tenant: tenant, sealer: sealer, firstMasterKeyID: masterKeyID)
                for use in KeyUse.allCases {
                    _ = try await store.promote(try await store.make(use, as: .next))
                    _ = try await store.make(use, as: .next)
                }
                try await KeySchedule.note(in: transaction, of: tenant, jwksMaxAge: jwksMaxAge)
                try await record(.tenantCreated, in: transaction, tenant: id)
                return tenant
            }
        } catch PostgresError.server(let error) where error.constraint == "tenants_slug_key" {
            throw Refusal.tenantExists
        }
    }

    /// Every tenant, by slug.
    public func listTenants() async throws -> [Tenant] {
        try await database.untenanted.query(TenantStatements.all, ())
    }

    /// Changes the settings named. A change of the algorithm replaces the next access key at once. Nothing is recorded where
    /// they are so already.
    ///
    /// Throws `invalidSetting` with the first value that can't be and, where the algorithm changes, without a master key or with one that is
    /// not the one that the tenant's keys were sealed with; `tenantNotFound`.
    public func updateTenant(_ slug: String, change: TenantSettingsChange) async throws -> Tenant {
        try await changing(slug) { transaction, old in
            let settings = try change.applied(to: old.settings)
            let name = try change.appliedName(old.name)
            guard settings != old.settings || name != old.name else { return old }
            guard let tenant = try await transaction.first(TenantStatements.update, (old.id, name, settings)) else {
                throw Refusal.tenantNotFound
            }
            for use in KeyUse.allCases {
                _ = try await transaction.execute(
                    KeyStatements.prolong, (tenant.id, use, settings.lifetime(of: use)))
            }
            if settings.algorithm != old.settings.algorithm {
                let store = KeyStore(transaction: transaction, tenant: tenant, sealer: try requiredSealer())
                _ = try await store.damagedKeys()
                _ = try await store.replaceNext(.access)
            }
            try await KeySchedule.note(in: transaction, of: tenant, jwksMaxAge: jwksMaxAge)
            try await record(
                .tenantUpdated, in: transaction, tenant: tenant.id, detail: tenant.changes(since: old))
            return tenant
        }
    }

    /// Serves the tenant again; its sessions are what they were. Throws `tenantNotFound`.
    public func enableTenant(_ slug: String) async throws -> Tenant {
        try await setTenant(slug, enabled: true)
    }

    /// Every route of the tenant answers as if there were none; nothing is lost. Throws `tenantNotFound`.
    public func disableTenant(_ slug: String) async throws -> Tenant {
        try await setTenant(slug, enabled: false)
    }

    /// The tenant is gone, with its users, sessions and keys. What is left is the record that it was deleted, and by whom.
    ///
    /// Its keys go first, in a transaction of their own: whatever becomes of the rest, and in whatever dump of that moment it
    /// stands, no token of the tenant verifies any more. Then go its many rows, a page at a time. A deletion that ended in between
    /// is repeated, and goes on where it was. Throws `tenantNotFound`, also where another tenant has the slug by the end.
    public func deleteTenant(_ slug: String) async throws {
        let id = try await destroyKeys(of: slug)
        try await EmptyTenant(database: database, tenant: id)()
        try await changing(slug) { transaction, tenant in
            guard tenant.id == id else { throw Refusal.tenantNotFound }
            // It takes along what is left, what somebody else had locked among it.
            _ = try await transaction.execute(TenantStatements.delete, slug, deadline: .seconds(3600))
            try await trail.recordOperatorEvent(
                .tenantDeleted, in: transaction,
                detail: ["id": .string(tenant.id.lowercaseString), "slug": .string(tenant.slug)])
        }
    }

    /// The tenant is disabled as well, so that all of it answers as if it were gone already.
    private func destroyKeys(of slug: String) async throws -> UUID {
        try await changing(slug) { transaction, tenant in
            _ = try await transaction.first(TenantStatements.setEnabled, (slug, false))
            let count = try await transaction.execute(KeyStatements.destroy, tenant.id)
            try await KeySchedule.note(in: transaction, of: tenant, jwksMaxAge: jwksMaxAge)
            if count > 0 {
                try await record(
                    .keysDestroyed, in: transaction, tenant: tenant.id, detail: ["keys": .integer(count)])
            }
            return tenant.id
        }
    }

    private func setTenant(_ slug: String, enabled: Bool) async throws -> Tenant {
        try await changing(slug) { transaction, old in
            guard old.isEnabled != enabled else { return old }
            guard let tenant = try await transaction.first(TenantStatements.setEnabled, (slug, enabled)) else {
                throw Refusal.tenantNotFound
            }
            try await KeySchedule.note(in: transaction, of: tenant, jwksMaxAge: jwksMaxAge)
            try await record(enabled ? .tenantEnabled : .tenantDisabled, in: transaction, tenant: tenant.id)
            return tenant
        }
    }
}
