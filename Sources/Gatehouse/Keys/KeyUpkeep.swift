import CoreMetrics
import FoundationEssentials
public import Logging
import Postgres

/// What running instances do with keys by themselves: rotation by schedule, and the removal of retired keys whose tokens
/// have all expired.
///
/// Whichever instance takes a tenant's lock does what is due and notes when it is due next, so that several never rotate
/// twice. It costs one look at an index a second, however many tenants there are.
public struct KeyUpkeep: Sendable {
    private static let batch = 50

    let database: Database
    let sealer: KeySealer
    let jwksMaxAge: Duration
    let trail: AuditTrail
    let logger: Logger
    let metrics: KeyMetrics
    let upkeepMetrics: UpkeepMetrics

    public init(
        database: Database, sealer: KeySealer, jwksMaxAge: Duration, clock: Clock = .system, logger: Logger,
        metrics: KeyMetrics = KeyMetrics(), upkeepMetrics: UpkeepMetrics = UpkeepMetrics(.keys)
    ) {
        self.database = database
        self.sealer = sealer
        self.jwksMaxAge = jwksMaxAge
        trail = AuditTrail(actor: AuditEvent.service, identifiers: IdentifierSource(clock: clock))
        self.logger = logger
        self.metrics = metrics
        self.upkeepMetrics = upkeepMetrics
    }

    /// Looks once a second until the task is cancelled.
    public func run() async {
        let looking = RecurringLook(
            pause: .seconds(1), complaint: "Nobody looks after keys.", logger: logger, metrics: upkeepMetrics)
        await looking { try await lookAfterDueKeys() == Self.batch }
    }

    /// One look; how many tenants have been seen to. Those that somebody else has locked come another time.
    @discardableResult
    func lookAfterDueKeys() async throws -> Int {
        let due = try await database.untenanted.query(TenantStatements.keysDue, Self.batch)
        var done = 0
        for tenant in due {
            do {
                if try await lookAfterKeys(of: tenant) { done += 1 }
            } catch let error where Task.isCancelled || (error as? PostgresError)?.isLostConnection == true {
                throw error
            } catch {
                done += 1
                upkeepMetrics.failed()
                // The others go on; this one has a rest, lest it be tried and lamented every second.
                logger.error(
                    "The keys of a tenant could not be looked after; another attempt follows in a minute.",
                    metadata: ["tenant_id": "\(tenant.lowercaseString)", "reason": "\(Refusal.code(of: error))"])
                _ = try await database.untenanted.execute(TenantStatements.postponeKeys, tenant)
            }
        }
        return done
    }

    private enum Outcome: Sendable {
        case leftAlone
        case seenTo
        case rotated(KeyRotation)
        /// The current access key can't be opened, and so isn't rotated though it is due.
        case damaged(StoredKey)
    }

    /// False when another instance or an operator holds the lock, or another instance has been here since.
    private func lookAfterKeys(of id: UUID) async throws -> Bool {
        let outcome = try await database.transaction(in: id) { transaction -> Outcome in
            guard let tenant = try await transaction.first(TenantStatements.dueLocked, id) else { return .leftAlone }
            let store = KeyStore(transaction: transaction, tenant: tenant, sealer: sealer)
            try await store.removeExpired()
            let outcome = try await rotateIfDue(in: store)
            if case .damaged = outcome {
                _ = try await transaction.execute(TenantStatements.postponeKeys, id)
            } else {
                try await KeySchedule.note(in: transaction, of: tenant, jwksMaxAge: jwksMaxAge)
            }
            return outcome
        }
        switch outcome {
        case .leftAlone: return false
        case .seenTo: break
        case .rotated(let rotation):
            metrics.scheduledRotations.increment()
            logger.notice(
                "The schedule rotated a tenant's access keys.",
                metadata: ["tenant_id": "\(id.lowercaseString)", "kid": "\(rotation.current.kid)"])
        case .damaged(let key):
            upkeepMetrics.failed()
            logger.error(
                "A tenant's current access key can't be opened, and so isn't rotated; another attempt follows in a minute.",
                metadata: [
                    "tenant_id": "\(id.lowercaseString)", "kid": "\(key.kid)",
                    "reason": "\(Refusal.keysUnavailable.code)",
                ])
        }
        return true
    }

    private func rotateIfDue(in store: KeyStore) async throws -> Outcome {
        let schedule = KeySchedule(keys: try await store.keys(), of: store.tenant, jwksMaxAge: jwksMaxAge)
        guard let due = schedule.rotationDue, try await store.now() >= due else { return .seenTo }
        let damaged = try await store.damagedKeys()
        guard let next = schedule.accessKey(.next), !damaged.contains(next.kid) else {
            // Another one gets known first: the schedule is noted anew from its making.
            _ = try await store.replaceNext(.access)
            return .seenTo
        }
        // An operator may have it restored; to retire it would have what it has signed answered 503 until that has expired.
        if let current = schedule.accessKey(.current), damaged.contains(current.kid) { return .damaged(current) }
        let request = RotationRequest(trigger: .schedule, jwksMaxAge: jwksMaxAge)
        return .rotated(try await RotateKeys(store: store, trail: trail, request: request)(.access))
    }
}
