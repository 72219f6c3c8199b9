public import FoundationEssentials
import Postgres
import Webhooks

extension Administration {
    /// Makes an endpoint, which is told of everything from now on.
    ///
    /// Its secret is sealed under the master key that the tenant's keys are under, so that every instance that serves the tenant opens
    /// it.
    ///
    /// Throws `invalidSetting` for an address that isn't an https URL, or not one that the world reaches, unless that is allowed, for an
    /// event that isn't about a user, and with a master key that is not the one of the tenant's keys.
    public func createWebhook(
        tenant slug: String, url text: String, eventTypes: [String], allowsPrivate: Bool
    ) async throws -> NewWebhookEndpoint {
        let url = try Self.webhookURL(text, allowsPrivate: allowsPrivate)
        for type in eventTypes where AuditEventType(rawValue: type)?.mayNameUser != true {
            let told = AuditEventType.allCases.filter(\.mayNameUser).map(\.rawValue).joined(separator: ", ")
            throw Refusal.invalidSetting("\(type) is no event about a user. Those there are: \(told).")
        }
        let secret = WebhookSecret.generate()
        return try await changingKeys(of: slug) { store in
            let (transaction, tenant, id) = (store.transaction, store.tenant, identifiers.next())
            let sealed = try store.sealer.seal(
                secret.withUnsafeBytes { SigningSecret(copying: Array($0)) },
                for: WebhookSecretIdentity(tenantID: tenant.id, endpointID: id), under: try await store.masterKeyID())
            guard
                let endpoint = try await transaction.first(
                    WebhookStatements.insert,
                    StoredWebhookEndpoint(
                        tenant: tenant.id, id: id, url: url, eventTypes: eventTypes, secret: sealed,
                        allowsPrivate: allowsPrivate))
            else { throw Refusal.tenantNotFound }
            try await record(
                .webhookCreated, in: transaction, tenant: tenant.id, detail: ["endpoint": .string(id.lowercaseString)])
            return NewWebhookEndpoint(endpoint: endpoint, secret: secret)
        }
    }

    /// The endpoints of a tenant in the order they were made, those that are switched off among them.
    public func listWebhooks(tenant slug: String) async throws -> [WebhookEndpoint] {
        let tenant = try await showTenant(slug)
        return try await database.query(WebhookStatements.list, tenant.id, in: tenant.id)
    }

    /// Switches an endpoint on or off. While it is off nothing is queued for it. Throws `webhookNotFound`.
    public func setWebhook(tenant slug: String, id: UUID, enabled: Bool) async throws -> WebhookEndpoint {
        try await changingWebhook(slug, enabled ? .webhookEnabled : .webhookDisabled) { transaction, tenant in
            try await transaction.first(WebhookStatements.setEnabled, (tenant, id, enabled))
        }
    }

    /// Deletes an endpoint, and what was to be told to it. Throws `webhookNotFound`.
    ///
    /// It is switched off first and its messages go a page at a time, so that its row, which sign-ins look at, is held for an instant
    /// only. A deletion that ended in between is repeated, and goes on where it was.
    public func deleteWebhook(tenant slug: String, id: UUID) async throws -> WebhookEndpoint {
        let tenant = try await changing(slug) { transaction, tenant in
            guard try await transaction.first(WebhookStatements.setEnabled, (tenant.id, id, false)) != nil else {
                throw Refusal.webhookNotFound
            }
            return tenant.id
        }
        var removed: Int?
        repeat {
            removed = try await database.firstPlannedAnew(
                WebhookStatements.deleteMessages, (tenant, id), in: tenant)
        } while removed == WebhookStatements.page
        return try await changingWebhook(slug, .webhookDeleted) { transaction, tenant in
            try await transaction.first(WebhookStatements.delete, (tenant, id))
        }
    }

    /// What was and is to be told, the newest first; kept for two weeks.
    public func listWebhookAttempts(tenant slug: String, endpoint: UUID?, limit: Int) async throws -> [WebhookAttempt] {
        let tenant = try await showTenant(slug)
        return try await database.query(WebhookStatements.attempts, (tenant.id, endpoint, limit), in: tenant.id)
    }

    /// Tells a message again, delivered or not. Throws `webhookMessageNotFound`.
    public func replayWebhook(tenant slug: String, message: UUID) async throws -> WebhookAttempt {
        let tenant = try await showTenant(slug).id
        return try await database.transaction(in: tenant) { transaction in
            guard let replayed = try await transaction.first(WebhookStatements.replay, (tenant, message)) else {
                throw Refusal.webhookMessageNotFound
            }
            try await recordReplay(["messages": 1], in: transaction, of: tenant)
            return replayed
        }
    }

    /// Tells all dead letters again, a page at a time, each page in a transaction of its own and due a second after the one before. How many
    /// they were.
    ///
    /// Recorded by the last of these transactions; where one fails, what had been done by then is. It can be repeated, and goes on where it
    /// was.
    public func replayDeadWebhooks(tenant slug: String) async throws -> Int {
        let tenant = try await showTenant(slug).id
        var replay = DeadLetterReplay()
        do {
            while !replay.isOver { replay = try await nextPage(of: replay, in: tenant) }
        } catch {
            if replay.count > 0 {
                let detail: JSONObject = ["messages": .integer(replay.count), "unfinished": true]
                try? await database.transaction(in: tenant) { try await recordReplay(detail, in: $0, of: tenant) }
            }
            throw error
        }
        return replay.count
    }

    private func nextPage(of replay: DeadLetterReplay, in tenant: UUID) async throws -> DeadLetterReplay {
        try await database.transaction(in: tenant) { transaction in
            guard let page = try await transaction.first(WebhookStatements.replayDead, (tenant, replay)) else {
                throw Refusal.tenantNotFound
            }
            let next = replay.followed(by: page)
            if next.isOver, next.count > 0 {
                try await recordReplay(["messages": .integer(next.count)], in: transaction, of: tenant)
            }
            return next
        }
    }

    private func recordReplay(_ detail: JSONObject, in transaction: Transaction, of tenant: UUID) async throws {
        try await record(.webhooksReplayed, in: transaction, tenant: tenant, detail: detail)
    }

    private func changingWebhook(
        _ slug: String, _ event: AuditEventType,
        _ body: @escaping @Sendable (Transaction, _ tenant: UUID) async throws -> WebhookEndpoint?
    ) async throws -> WebhookEndpoint {
        try await changing(slug) { transaction, tenant in
            guard let endpoint = try await body(transaction, tenant.id) else { throw Refusal.webhookNotFound }
            try await record(
                event, in: transaction, tenant: tenant.id, detail: ["endpoint": .string(endpoint.id.lowercaseString)])
            return endpoint
        }
    }

    private static func webhookURL(_ text: String, allowsPrivate: Bool) throws(Refusal) -> WebhookURL {
        let url: WebhookURL
        do throws(WebhookValueFault) { url = try WebhookURL(text) } catch { throw .invalidSetting(error.message) }
        guard allowsPrivate || !url.namesPrivateTarget else {
            throw .invalidSetting(
                "This address is one of this machine or a private network; --allow-private lets it be called.")
        }
        guard allowsPrivate || url.isSecure else {
            throw .invalidSetting("The address must begin with https://: what is told is about people.")
        }
        return url
    }
}
