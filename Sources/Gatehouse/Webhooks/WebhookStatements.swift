import FoundationEssentials
import Postgres
import Webhooks

/// An endpoint about to be stored.
struct StoredWebhookEndpoint: Sendable {
    let tenant: UUID
    let id: UUID
    let url: WebhookURL
    let eventTypes: [String]
    let secret: [UInt8]
    let allowsPrivate: Bool
}

/// A message and the endpoint it is for.
struct QueuedWebhook: Sendable {
    let endpointID: UUID
    let url: WebhookURL
    let secret: [UInt8]
    let allowsPrivate: Bool
    let event: WebhookEvent
}

enum WebhookStatements {
    private static let columns = "e.id, e.url, e.event_types, e.allows_private, e.disabled_at is null, e.created_at"

    static let insert = Statement<StoredWebhookEndpoint, WebhookEndpoint>(
        """
        insert into webhook_endpoints as e (tenant_id, id, url, event_types, secret, allows_private)
        values ($1, $2, $3, $4, $5, $6) returning \(columns)
        """,
        bind: { ($0.tenant, $0.id, $0.url.description, $0.eventTypes, $0.secret, $0.allowsPrivate) },
        row: WebhookEndpoint.row)

    static let list = Statement<UUID, WebhookEndpoint>(
        "select \(columns) from webhook_endpoints e where e.tenant_id = $1 order by e.id",
        bind: { $0 }, row: WebhookEndpoint.row)

    static let setEnabled = Statement<(tenant: UUID, id: UUID, enabled: Bool), WebhookEndpoint>(
        """
        update webhook_endpoints e set disabled_at = case when $3 then null else coalesce(e.disabled_at, now()) end
        where e.tenant_id = $1 and e.id = $2 returning \(columns)
        """,
        bind: { ($0.tenant, $0.id, $0.enabled) }, row: WebhookEndpoint.row)

    /// No row where it is off already. The tenant is held first, as by whoever deletes it.
    static let disable = Statement<(tenant: UUID, id: UUID), UUID>(
        """
        with \(TenantStatements.held)
        update webhook_endpoints e set disabled_at = now() from t
        where e.tenant_id = t.id and e.id = $2 and e.disabled_at is null returning e.id
        """,
        bind: { ($0.tenant, $0.id) }, row: { (id: UUID) in id })

    /// How many messages one statement removes, or queues again.
    static let page = 1000

    /// Removes some of what was to be told to an endpoint; how many. What somebody else has locked is left.
    static let deleteMessages = Statement<(tenant: UUID, endpoint: UUID), Int>(
        """
        with gone as (
            \(PurgeStatements.removing(from: "webhook_messages", where: "endpoint_id = $2", atMost: page)) returning 1
        )
        select count(*) from gone
        """,
        bind: { ($0.tenant, $0.endpoint) }, row: { (count: Int) in count })

    static let delete = Statement<(tenant: UUID, id: UUID), WebhookEndpoint>(
        "delete from webhook_endpoints e where e.tenant_id = $1 and e.id = $2 returning \(columns)",
        bind: { ($0.tenant, $0.id) }, row: WebhookEndpoint.row)

    static let secrets = Statement<UUID, SealedWebhookSecret>(
        "select id, secret from webhook_endpoints where tenant_id = $1 order by id",
        bind: { $0 }, row: SealedWebhookSecret.init(endpointID:secret:))

    /// Only what is still sealed as it was read: another program may have sealed it anew meanwhile.
    static let reseal = Statement<(tenant: UUID, id: UUID, old: [UInt8], new: [UInt8]), Void>(
        "update webhook_endpoints set secret = $4 where tenant_id = $1 and id = $2 and secret = $3",
        bind: { ($0.tenant, $0.id, $0.old, $0.new) })

    /// A message that is still to be delivered, with the user as they are now: gone, perhaps.
    static let queued = Statement<(tenant: UUID, id: UUID), QueuedWebhook>(
        """
        select m.id, m.type, m.at, m.user_id, m.session_id, u.email, u.email_verified_at is not null, u.username, u.name,
            e.id, e.url, e.secret, e.allows_private
        from webhook_messages m
        join webhook_endpoints e on e.tenant_id = m.tenant_id and e.id = m.endpoint_id and e.disabled_at is null
        left join users u on u.tenant_id = m.tenant_id and u.id = m.user_id
        where m.tenant_id = $1 and m.id = $2
        """,
        bind: { ($0.tenant, $0.id) }, row: QueuedWebhook.row)

    /// The message's row is locked before its place in the queue, as by whoever else changes both.
    static let delivered = Statement<(tenant: UUID, id: UUID), Void>(
        """
        with \(TenantStatements.held), told as (
            update webhook_messages m set delivered_at = now(), failed_at = null, failure = null from t
            where m.tenant_id = t.id and m.id = $2 returning m.id
        )
        delete from deliveries where id = $2 and (select count(*) from told) >= 0
        """,
        bind: { ($0.tenant, $0.id) })

    static let postpone = DeliveryStatements.postponing("webhook_messages")
    static let giveUp = DeliveryStatements.givingUp("webhook_messages")

    static let attempts = Statement<(tenant: UUID, endpoint: UUID?, limit: Int), WebhookAttempt>(
        """
        select m.id, m.endpoint_id, m.type, m.user_id, m.at, m.delivered_at is not null, m.failed_at is not null,
            d.attempts, m.failure, d.due_at
        from webhook_messages m left join deliveries d on d.id = m.id
        where m.tenant_id = $1 and ($2::uuid is null or m.endpoint_id = $2) order by m.created_at desc, m.id limit $3
        """,
        bind: { ($0.tenant, $0.endpoint, $0.limit) }, row: WebhookAttempt.row)

    /// The one named is delivered again, whatever has become of it, under the same id.
    static let replay = Statement<(tenant: UUID, message: UUID), WebhookAttempt>(
        """
        with \(TenantStatements.held), again as (
            \(replaying) from t where m.tenant_id = t.id and m.id = $2 returning m.*
        ), queued as (
            \(requeueing(dueAt: "now()")) returning id, attempts, due_at
        )
        select m.id, m.endpoint_id, m.type, m.user_id, m.at, false, false, q.attempts, m.failure, q.due_at
        from again m join queued q on q.id = m.id
        """,
        bind: { ($0.tenant, $0.message) }, row: WebhookAttempt.row)

    /// The dead ones that follow in the order of their ids are delivered again, each page a second after the one before. What somebody else
    /// has locked is left: it is being removed, or replayed. No row where the tenant is gone.
    static let replayDead = Statement<(tenant: UUID, replay: DeadLetterReplay), DeadLetterReplay.Page>(
        """
        with \(TenantStatements.held), page as (
            select m.id from webhook_messages m where m.tenant_id = $1 and m.id > $2 and m.failed_at is not null
            order by m.id limit \(page)
        ), free as (
            select m.id from webhook_messages m join page on page.id = m.id join t on t.id = m.tenant_id
            where m.tenant_id = $1 and m.failed_at is not null
            for update of m skip locked
        ), again as (
            \(replaying) from free where m.tenant_id = $1 and m.id = free.id returning m.id, m.tenant_id
        ), queued as (
            \(requeueing(dueAt: "greatest(coalesce($3::timestamptz, now()) + make_interval(secs => $4), now())"))
        )
        select (select count(*) from again),
            (select id from page where (select count(*) from page) = \(page) order by id desc limit 1),
            coalesce($3::timestamptz, now())
        from t
        """,
        bind: { ($0.tenant, $0.replay.last, $0.replay.began, Double($0.replay.pages)) },
        row: DeadLetterReplay.Page.init(count:last:began:))

    private static let replaying =
        "update webhook_messages m set delivered_at = null, failed_at = null, failure = null, created_at = now()"

    private static func requeueing(dueAt: String) -> String {
        """
        insert into deliveries (id, tenant, kind, due_at)
            select id, tenant_id, '\(DeliveryKind.webhook.rawValue)', \(dueAt) from again
            on conflict (id) do update set due_at = excluded.due_at
        """
    }
}

extension WebhookEndpoint {
    @Sendable fileprivate static func row(
        id: UUID, url: String, eventTypes: [String], allowsPrivate: Bool, isEnabled: Bool, createdAt: Date
    ) throws -> WebhookEndpoint {
        WebhookEndpoint(
            id: id, url: try WebhookURL(url), eventTypes: eventTypes, allowsPrivate: allowsPrivate,
            isEnabled: isEnabled, createdAt: createdAt)
    }
}

extension QueuedWebhook {
    @Sendable fileprivate static func row(
        id: UUID, type: String, at: Date, userID: UUID, sessionID: UUID?, email: String?, emailVerified: Bool,
        username: String?, name: String?, endpointID: UUID, url: String, secret: [UInt8], allowsPrivate: Bool
    ) throws -> QueuedWebhook {
        QueuedWebhook(
            endpointID: endpointID, url: try WebhookURL(url), secret: secret, allowsPrivate: allowsPrivate,
            event: WebhookEvent(
                id: id, type: type, at: at, userID: userID, sessionID: sessionID,
                user: email.map { .init(email: $0, emailVerified: emailVerified, username: username, name: name) }))
    }
}

extension WebhookAttempt {
    @Sendable fileprivate static func row(
        id: UUID, endpointID: UUID, type: String, userID: UUID, at: Date, isDelivered: Bool, isDead: Bool,
        attempts: Int32?, failure: String?, dueAt: Date?
    ) -> WebhookAttempt {
        WebhookAttempt(
            id: id, endpointID: endpointID, type: type, userID: userID, at: at,
            state: isDelivered ? .delivered : isDead ? .dead : .waiting, attempts: attempts.map(Int.init),
            failure: failure,
            dueAt: dueAt)
    }
}
