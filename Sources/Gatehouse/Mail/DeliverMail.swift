import FoundationEssentials
public import Logging
public import Mail
import Postgres

/// Sends what is queued. Every running instance does; which mail is whose is decided by who takes it first.
///
/// At least once: a mail whose sending was cut short is sent again, with the same Message-ID and the same token. A transaction is never
/// open while one is sent.
public struct DeliverMail: Sendable {
    private static let firstPause: Duration = .seconds(15)
    private static let longestPause: Duration = .seconds(1800)

    let database: Database
    let compose: ComposeMail
    /// As many mails are on their way at once.
    let transports: [any MailTransport]
    let logger: Logger
    let metrics: MailMetrics
    let upkeep: UpkeepMetrics

    public init(
        database: Database, secrets: OneTimeSecrets, publicURL: String, transports: [any MailTransport], logger: Logger,
        clock: Clock = .system, metrics: MailMetrics = MailMetrics(), upkeep: UpkeepMetrics = UpkeepMetrics(.mail)
    ) {
        self.database = database
        compose = ComposeMail(
            database: database, issue: IssueOneTimeToken(database: database, secrets: secrets, logger: logger),
            publicURL: publicURL, clock: clock)
        self.transports = transports
        self.logger = logger
        self.metrics = metrics
        self.upkeep = upkeep
    }

    /// Looks once a second until the task is cancelled; never, where there is no way for mails to leave: they wait.
    public func run() async {
        guard !transports.isEmpty else { return }
        let looking = RecurringLook(
            pause: .seconds(1), complaint: "Nobody sends the mails that are due.", logger: logger, metrics: upkeep)
        await looking {
            try await sendAllDue()
            return false
        }
    }

    /// Sends until nothing is due; how many were taken.
    @discardableResult
    func sendAllDue() async throws -> Int {
        try await TakeDeliveries(database: database, kind: .mail, logger: logger, upkeep: upkeep)(
            atOnce: transports.count
        ) { delivery, number in
            try await send(delivery, by: transports[number])
        }
    }

    private func send(_ delivery: Delivery, by transport: any MailTransport) async throws {
        guard let (tenant, mail) = try await beforeDelivery({ try await read(delivery) }) else {
            return try await remove(delivery)
        }
        guard ContinuousClock.now < mail.worthUntil else {
            return try await failed(delivery, mail, of: tenant, because: "expired", isTransient: false)
        }
        guard tenant.isEnabled else {
            return try await failed(delivery, mail, of: tenant, because: "tenant_disabled", isTransient: true)
        }
        do {
            guard let message = try await beforeDelivery({ try await compose(mail, in: tenant) }) else {
                metrics.count(.dropped, in: tenant)
                return try await remove(delivery)
            }
            try await transport.send(message)
            metrics.count(.sent, in: tenant)
            try await afterDelivery { try await remove(delivery) }
        } catch let fault as MailFault where fault != .cancelled {
            try await failed(delivery, mail, of: tenant, because: fault.code, isTransient: fault.isTransient)
        } catch let fault as FieldFault {
            try await failed(delivery, mail, of: tenant, because: fault.code, isTransient: true)
        } catch is MailValueFault {
            try await failed(delivery, mail, of: tenant, because: "invalid_mail", isTransient: false)
        }
    }

    /// Nil where the user or the tenant has been deleted, and with them whatever was to be said.
    private func read(_ delivery: Delivery) async throws -> (Tenant, QueuedMail)? {
        guard let tenant = try await database.untenanted.first(TenantStatements.byID, delivery.tenant),
            let mail = try await database.first(MailStatements.queued, (tenant.id, delivery.id), in: tenant.id)
        else { return nil }
        return (tenant, mail)
    }

    private func remove(_ delivery: Delivery) async throws {
        try await database.execute(MailStatements.remove, (delivery.tenant, delivery.id), in: delivery.tenant)
    }

    private func failed(
        _ delivery: Delivery, _ mail: QueuedMail, of tenant: Tenant, because code: String, isTransient: Bool
    ) async throws {
        let pause = Self.pause(after: Int(delivery.attempts))
        let isOver = ContinuousClock.now + pause > mail.worthUntil
        let isDead = !isTransient || isOver
        metrics.count(isDead ? .gaveUp : .failed, in: tenant)
        logger.warning(
            isDead
                ? "A mail was given up; gatehouse admin mail list shows it."
                : "A mail was not sent; another attempt follows.",
            metadata: [
                "tenant": "\(tenant.slug)", "mail": "\(mail.id.lowercaseString)", "kind": "\(mail.kind.rawValue)",
                "reason": "\(code)", "attempt": "\(delivery.attempts)",
            ])
        if isDead {
            try await database.execute(MailStatements.giveUp, (tenant.id, delivery, code), in: tenant.id)
        } else {
            try await database.execute(MailStatements.postpone, (tenant.id, delivery, pause, code), in: tenant.id)
        }
    }

    /// Doubles with every attempt, and varies, so that what failed together isn't tried together.
    private static func pause(after attempts: Int) -> Duration {
        let doubled = firstPause * (1 << min(attempts - 1, 10))
        return min(doubled, longestPause) * Double.random(in: 0.8...1.2)
    }
}
