import FoundationEssentials
public import Logging
import Postgres
public import Webhooks

/// Tells endpoints what is queued for them. Every running instance does; which message is whose is decided by who takes it first.
///
/// At least once, and in no order: an endpoint knows a message that comes twice by its id.
public struct DeliverWebhooks: Sendable {
    private static let atOnce = 8
    /// To one endpoint, so that a slow one doesn't hold up the others.
    private static let atOnceToOne = 2
    /// Between attempts, as Standard Webhooks recommends it; after the last one it is a dead letter.
    static let pauses: [Duration] = [5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400].map { .seconds($0) }
    private static let givenUp: Logger.Message = "A webhook was given up; gatehouse admin webhook attempts shows it."

    let database: Database
    let sealer: KeySealer
    let transport: any WebhookTransport
    let logger: Logger
    let metrics: WebhookMetrics
    let upkeep: UpkeepMetrics
    let clock: Clock
    private let underWay = EndpointsUnderWay(atOnce: Self.atOnceToOne)
    private let trail: AuditTrail

    public init(
        database: Database, sealer: KeySealer, transport: any WebhookTransport, logger: Logger, clock: Clock = .system,
        metrics: WebhookMetrics = WebhookMetrics(), upkeep: UpkeepMetrics = UpkeepMetrics(.webhooks)
    ) {
        self.database = database
        self.sealer = sealer
        self.transport = transport
        self.logger = logger
        self.metrics = metrics
        self.upkeep = upkeep
        self.clock = clock
        trail = AuditTrail(actor: AuditEvent.service, identifiers: IdentifierSource(clock: clock))
    }

    /// Looks once a second until the task is cancelled.
    public func run() async {
        let looking = RecurringLook(
            pause: .seconds(1), complaint: "Nobody calls the webhooks that are due.", logger: logger, metrics: upkeep)
        await looking {
            try await deliverAllDue()
            return false
        }
    }

    /// Delivers until nothing is due; how many were taken.
    @discardableResult
    func deliverAllDue() async throws -> Int {
        try await TakeDeliveries(database: database, kind: .webhook, logger: logger, upkeep: upkeep)(
            atOnce: Self.atOnce
        ) { delivery, _ in
            try await deliver(delivery)
        }
    }

    private func deliver(_ delivery: Delivery) async throws {
        let found = try await beforeDelivery { try await read(delivery) }
        guard let tenant = found.tenant, let queued = found.queued else {
            return try await giveUp(delivery, of: found.tenant)
        }
        switch underWay.admit(queued.endpointID) {
        case .turnedAway(let pause):
            _ = try await database.untenanted.execute(DeliveryStatements.putOff, (delivery, pause))
        case .begun(let begun):
            defer { underWay.end(queued.endpointID, begun: begun) }
            try await attempt(delivery, queued, of: tenant)
        }
    }

    /// No message where its tenant or endpoint is gone, or disabled.
    private func read(_ delivery: Delivery) async throws -> (tenant: Tenant?, queued: QueuedWebhook?) {
        guard let tenant = try await database.untenanted.first(TenantStatements.byID, delivery.tenant) else {
            return (nil, nil)
        }
        guard tenant.isEnabled else { return (tenant, nil) }
        return (tenant, try await database.first(WebhookStatements.queued, (tenant.id, delivery.id), in: tenant.id))
    }

    /// What was to be told can be replayed, unless it is gone: then nothing is said of it.
    private func giveUp(_ delivery: Delivery, of tenant: Tenant?) async throws {
        try await afterDelivery {
            let reason = "disabled"
            let dead = try await database.execute(
                WebhookStatements.giveUp, (delivery.tenant, delivery, reason), in: delivery.tenant)
            guard dead > 0, let tenant else { return }
            metrics.count(.gaveUp, in: tenant)
            logger.warning(
                Self.givenUp,
                metadata: [
                    "tenant": "\(tenant.slug)", "message": "\(delivery.id.lowercaseString)", "reason": "\(reason)",
                ])
        }
    }

    private func attempt(_ delivery: Delivery, _ queued: QueuedWebhook, of tenant: Tenant) async throws {
        do throws(WebhookFailure) {
            try await post(queued, of: tenant)
        } catch {
            return try await failed(delivery, queued, of: tenant, error)
        }
        metrics.count(.delivered, in: tenant)
        try await afterDelivery {
            try await database.execute(WebhookStatements.delivered, (tenant.id, delivery.id), in: tenant.id)
        }
    }

    private func post(_ queued: QueuedWebhook, of tenant: Tenant) async throws(WebhookFailure) {
        let identity = WebhookSecretIdentity(tenantID: tenant.id, endpointID: queued.endpointID)
        guard let opened = try? sealer.open(queued.secret, for: identity) else { throw .secretUnavailable }
        let secret = WebhookSecret(bytes: opened.withUnsafeBytes { Array($0) })
        let message = WebhookMessage(
            id: "msg_\(queued.event.id.lowercaseString)", timestamp: clock.now(),
            body: queued.event.body(tenant: tenant.slug))
        do throws(WebhookFault) {
            try await transport.post(message, to: queued.url, secrets: [secret], allowingPrivate: queued.allowsPrivate)
        } catch {
            throw .post(error)
        }
    }

    private func failed(
        _ delivery: Delivery, _ queued: QueuedWebhook, of tenant: Tenant, _ failure: WebhookFailure
    ) async throws {
        if failure.isCancellation { throw failure }
        if failure.isLackOfRoom { throw NoRoomToDeliver(reason: failure.code) }
        let attempt = Int(delivery.attempts)
        let isDead = failure.isGone || attempt > Self.pauses.count
        metrics.count(isDead ? .gaveUp : .failed, in: tenant)
        logger.warning(
            isDead ? Self.givenUp : "A webhook was not delivered; another attempt follows.",
            metadata: [
                "tenant": "\(tenant.slug)", "endpoint": "\(queued.endpointID.lowercaseString)",
                "type": "\(queued.event.type)", "reason": "\(failure.code)", "attempt": "\(attempt)",
            ])
        if failure.isGone { try await disable(queued.endpointID, of: tenant) }
        if isDead {
            try await database.execute(WebhookStatements.giveUp, (tenant.id, delivery, failure.code), in: tenant.id)
        } else {
            let pause = Self.pauses[attempt - 1] * Double.random(in: 0.8...1.2)
            try await database.execute(
                WebhookStatements.postpone, (tenant.id, delivery, pause, failure.code), in: tenant.id)
        }
    }

    /// As whoever is there has asked for; it is recorded once, however many messages are answered so.
    private func disable(_ endpoint: UUID, of tenant: Tenant) async throws {
        try await database.transaction(in: tenant.id) { transaction in
            guard try await transaction.first(WebhookStatements.disable, (tenant.id, endpoint)) != nil else { return }
            try await trail.record(
                .webhookDisabled, in: transaction, tenant: tenant.id,
                detail: ["endpoint": .string(endpoint.lowercaseString)])
        }
    }
}
