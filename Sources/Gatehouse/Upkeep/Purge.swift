import FoundationEssentials
public import Logging
import Postgres

/// Removes what is over: sessions nobody can use any more, counters whose window has ended, and events older than their
/// tenant keeps them. Running instances do it by themselves.
///
/// Each tenant is looked through once an hour, by whichever instance takes its lock, in transactions that examine a bounded
/// number of rows. What is left is due again a second later, so that a large tenant takes its time and keeps nobody waiting.
public struct Purge: Sendable {
    private static let tenants = 20
    /// How many sessions one transaction examines, and how many rows of anything else it removes.
    static let batch = 5000
    /// A session stays for a day after its end, for whoever asks why it has ended.
    static let sessionsStay: Duration = .seconds(86_400)

    let database: Database
    let trail: AuditTrail
    let logger: Logger

    public init(database: Database, clock: Clock = .system, logger: Logger) {
        self.database = database
        self.logger = logger
        trail = AuditTrail(actor: AuditEvent.service, identifiers: IdentifierSource(clock: clock))
    }

    /// Looks every few seconds until the task is cancelled.
    public func run() async {
        let looking = RecurringLook(
            pause: .seconds(5), complaint: "Nobody removes what is over.", logger: logger)
        await looking { try await purgeDueTenants() == Self.tenants }
    }

    /// One look; how many tenants were due. Those that another instance has locked are its.
    @discardableResult
    func purgeDueTenants() async throws -> Int {
        let due = try await database.untenanted.query(PurgeStatements.due, Self.tenants)
        for tenant in due {
            do {
                try await purge(tenant)
            } catch let error where Task.isCancelled || (error as? PostgresError)?.isLostConnection == true {
                throw error
            } catch {
                logger.error(
                    "What is over could not be removed from a tenant; another attempt follows in an hour.",
                    metadata: ["tenant_id": "\(tenant.lowercaseString)", "reason": "\(Refusal.code(of: error))"])
                _ = try await database.untenanted.execute(PurgeStatements.postpone, tenant)
            }
        }
        return due.count
    }

    private func purge(_ tenant: UUID) async throws {
        try await database.transaction(in: tenant) { transaction in
            guard let plan = try await transaction.first(PurgeStatements.lock, tenant) else { return }
            let sessions = try await transaction.first(PurgeStatements.sessions, (tenant, plan.afterSession))
            let counters = try await transaction.execute(PurgeStatements.guessCounters, tenant)
            let failures = try await recordPastFailures(of: tenant, in: transaction)
            let events = try await transaction.execute(PurgeStatements.events, (tenant, before: plan.oldestEvent))
            let isUnfinished = sessions != nil || max(counters, failures, events) == Self.batch
            _ = try await transaction.execute(
                PurgeStatements.reschedule, (tenant, afterSession: sessions, isUnfinished: isUnfinished))
        }
    }

    /// The hours that are over: where there was more than the one failure that is recorded already, their number is.
    private func recordPastFailures(of tenant: UUID, in transaction: Transaction) async throws -> Int {
        let past = try await transaction.query(PurgeStatements.failures, tenant)
        for failures in past where failures.count > 1 {
            _ = try await transaction.execute(
                PurgeStatements.recordFailures, (tenant, trail.identifiers.next(), failures))
        }
        return past.count
    }
}
