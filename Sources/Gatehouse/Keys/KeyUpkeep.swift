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
    private static let pause: Duration = .seconds(1)
    private static let rest: Duration = .seconds(60)

    let database: Database
    let sealer: KeySealer
    let jwksMaxAge: Duration
    let trail: AuditTrail
    let logger: Logger
    let metrics: KeyMetrics

    public init(
        database: Database, sealer: KeySealer, jwksMaxAge: Duration, clock: Clock = .system, logger: Logger,
        metrics: KeyMetrics = KeyMetrics()
    ) {
        self.database = database
        self.sealer = sealer
        self.jwksMaxAge = jwksMaxAge
        trail = AuditTrail(actor: "service", identifiers: IdentifierSource(clock: clock))
        self.logger = logger
        self.metrics = metrics
    }

    /// Looks once a second until the task is cancelled; while the database is away, in vain and without a word: others
    /// say that it is. Anything else is said, once a minute.
    public func run() async {
        while !Task.isCancelled {
            var pause = Self.pause
            do {
                if try await lookAfterDueKeys() == Self.batch { continue }
            } catch let error as PostgresError where error.isLostConnection {
            } catch {
                if Task.isCancelled { return }
                logger.error("Nobody looks after keys.", metadata: ["reason": "\(Refusal.code(of: error))"])
                pause = Self.rest
            }
            try? await Task.sleep(for: pause * Double.random(in: 0.8...1.2))
        }
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
        case seenTo(KeyRotation?)
    }

    /// False when another instance or an operator holds the lock, or another instance has been here since.
    private func lookAfterKeys(of id: UUID) async throws -> Bool {
        let outcome = try await database.transaction(in: id) { transaction -> Outcome in
            guard let tenant = try await transaction.first(TenantStatements.dueLocked, id) else { return .leftAlone }
            let store = KeyStore(transaction: transaction, tenant: tenant, sealer: sealer)
            try await store.removeExpired()
            let rotation = try await rotateIfDue(in: store)
            try await KeySchedule.note(in: transaction, of: tenant, jwksMaxAge: jwksMaxAge)
            return .seenTo(rotation)
        }
        guard case .seenTo(let rotation) = outcome else { return false }
        guard let rotation else { return true }
        metrics.scheduledRotations.increment()
        logger.notice(
            "The schedule rotated a tenant's access keys.",
            metadata: ["tenant_id": "\(id.lowercaseString)", "kid": "\(rotation.current.kid)"])
        return true
    }

    private func rotateIfDue(in store: KeyStore) async throws -> KeyRotation? {
        let schedule = KeySchedule(keys: try await store.keys(), of: store.tenant, jwksMaxAge: jwksMaxAge)
        guard let due = schedule.rotationDue, try await store.now() >= due else { return nil }
        guard let next = schedule.nextAccessKey, try await !store.damagedKeys().contains(next.kid) else {
            // Another one gets known first: the schedule is noted anew from its making.
            _ = try await store.replaceNext(.access)
            return nil
        }
        let request = RotationRequest(trigger: .schedule, jwksMaxAge: jwksMaxAge)
        return try await RotateKeys(store: store, trail: trail, request: request)(.access)
    }
}

extension PostgresError {
    /// Whether there is no connection to ask over, rather than an answer that took too long or was a refusal.
    fileprivate var isLostConnection: Bool {
        switch self {
        case .connect, .connectionLost, .closed, .cancelled: true
        default: false
        }
    }
}

extension Refusal {
    /// What may be said of an error in a log: a code, never a value.
    fileprivate static func code(of error: any Error) -> String {
        switch error {
        case let refusal as Refusal: refusal.code
        case let error as PostgresError: Refusal(from: error)?.code ?? "database"
        default: "internal"
        }
    }
}
