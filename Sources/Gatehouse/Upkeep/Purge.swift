import FoundationEssentials
public import Logging
import Postgres

/// Removes what is over: sessions nobody can use any more, counters whose window has ended, old dead letters, one-time tokens that have
/// expired, and events older than their tenant keeps them. Running instances do it by themselves.
///
/// Each tenant is looked through once an hour, by whichever instance claims it, a statement for each kind of thing and a bounded
/// number of rows in each, so that no lock is held for long. After each tenant the purge rests the longer the more that cost.
///
/// Where there is more of a tenant than a turn removes, or the turn fails, it is marked as unfinished, and each look takes up one of those
/// beside the tenants whose hour has come, by turns. However many there are of one kind, the other gets on: what they cost it is their
/// part of a look, which for an unfinished tenant is a turn and a rest of up to ten seconds.
public struct Purge: Sendable {
    /// How many tenants one look sees to by the hour.
    static let tenants = 20
    /// How many it sees to beside them that an earlier look hasn't finished with. A turn of theirs costs the most there is.
    static let unfinishedTenants = 1
    /// How many sessions one statement examines.
    static let sessions = 5000
    /// How many counters or events one statement removes.
    static let batch = 1000
    /// A session stays for a day after its end, for whoever asks why it has ended.
    static let sessionsStay: Duration = .seconds(86_400)

    private static let longestRest: Duration = .seconds(10)
    /// What is removed a batch at a time, and what it is called where that fails.
    private static let removals: [(what: String, statement: Statement<PurgeStatements.Claim, Int>)] = [
        ("counters", PurgeStatements.guessCounters), ("failures", PurgeStatements.failures),
        ("dead letters", PurgeStatements.deadLetters), ("webhooks", PurgeStatements.webhookMessages),
        ("one-time tokens", PurgeStatements.oneTimeTokens), ("events", PurgeStatements.events),
    ]

    let database: Database
    let logger: Logger
    let metrics: PurgeMetrics
    let upkeep: UpkeepMetrics
    /// A backlog must not cost the requests of people: so much longer than it works, the purge rests.
    var restPerWork = 39

    public init(
        database: Database, logger: Logger, metrics: PurgeMetrics = PurgeMetrics(),
        upkeep: UpkeepMetrics = UpkeepMetrics(.purge)
    ) {
        self.database = database
        self.logger = logger
        self.metrics = metrics
        self.upkeep = upkeep
    }

    /// Looks every few seconds until the task is cancelled.
    public func run() async {
        let looking = RecurringLook(
            pause: .seconds(5), complaint: "Nobody removes what is over.", logger: logger, metrics: upkeep)
        await looking {
            let look = try await purgeDueTenants()
            // Where all of them have been taken by others there is nothing to be had by asking again at once.
            return look.mayBeMore && look.purged > 0
        }
    }

    /// One look: how many tenants were due, whether there may be more of them, and how many it has seen to. Those that another instance
    /// has claimed meanwhile are its.
    @discardableResult
    func purgeDueTenants() async throws -> (due: Int, mayBeMore: Bool, purged: Int) {
        metrics.set(behind: try await database.untenanted.first(PurgeStatements.behind, ()) ?? 0)
        let unfinished = try await database.untenanted.query(PurgeStatements.dueUnfinished, ())
        let due = try await database.untenanted.query(PurgeStatements.due, ())
        var purged = 0
        for tenant in unfinished + due {
            guard let claim = try await database.untenanted.first(PurgeStatements.claim, tenant) else { continue }
            purged += 1
            let begun = ContinuousClock.now
            try await purge(claim)
            try await Task.sleep(for: min((ContinuousClock.now - begun) * restPerWork, Self.longestRest))
        }
        let mayBeMore = unfinished.count == Self.unfinishedTenants || due.count == Self.tenants
        return (unfinished.count + due.count, mayBeMore, purged)
    }

    /// What can't be removed keeps the rest from nothing. The claim ends by itself after a minute, which is when the tenant's next
    /// turn comes after a failure, or after the end of the instance.
    private func purge(_ claim: PurgeStatements.Claim) async throws {
        let tenant = claim.tenant
        var progress = claim.afterSession
        var isUnfinished = false
        var hasFailed = false
        func attempt(_ what: String, hasMore: () async throws -> Bool) async throws {
            do {
                if try await hasMore() { isUnfinished = true }
            } catch let error where Task.isCancelled || (error as? PostgresError)?.isLostConnection == true {
                throw error
            } catch {
                hasFailed = true
                upkeep.failed()
                logger.error(
                    "What is over could not be removed from a tenant; another attempt follows in a minute.",
                    metadata: [
                        "tenant_id": "\(tenant.lowercaseString)", "what": "\(what)",
                        "reason": "\(Refusal.code(of: error))",
                    ])
            }
        }
        try await attempt("sessions") {
            progress = try await database.firstPlannedAnew(PurgeStatements.sessions, claim, in: tenant)
            return progress != nil
        }
        for (what, statement) in Self.removals {
            try await attempt(what) { try await database.first(statement, claim, in: tenant) == Self.batch }
        }
        let pause: PurgeStatements.Pause = hasFailed ? .minute : isUnfinished ? .second : .hour
        _ = try await database.untenanted.execute(
            PurgeStatements.reschedule, (tenant, afterSession: progress, pause: pause))
    }
}
