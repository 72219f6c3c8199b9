import FoundationEssentials
import Logging
import Postgres

/// Takes what is due, one thing after the other, until nothing is.
struct TakeDeliveries: Sendable {
    /// What is slow keeps nothing waiting: while it is under way, somebody looks this often for what has fallen due.
    private static let pause: Duration = .seconds(1)
    /// For what the database has taken too long to tell of.
    private static let rest: Duration = .seconds(15)

    let database: Database
    let kind: DeliveryKind
    let logger: Logger
    let upkeep: UpkeepMetrics

    private enum Report {
        case mayLook
        case finished(number: Int, taken: Int, trouble: (any Error)?)
    }

    /// Has `deliver` see to each thing taken, with up to `atOnce` of them under way, each by a number of its own below that; how many
    /// were taken. No tenant's are ever all of them: those of one that has its share under way are passed over until one has ended,
    /// and those of one of which the database has told too late, or for one of which there was no room, for a moment.
    ///
    /// What nobody foresaw of one thing keeps none of the others waiting: it is counted and logged, and due again when its lease is over. Where the
    /// database is away, or the task is cancelled, what is under way comes to its end first; what a cancellation has cut short is
    /// where it was in the queue, for another instance.
    func callAsFunction(
        atOnce: Int, _ deliver: @escaping @Sendable (Delivery, _ number: Int) async throws -> Void
    ) async throws -> Int {
        let tenants = TenantsUnderWay(atOnce: atOnce)
        // Most looks find nothing, and cost one statement.
        guard let first = try await claim(for: tenants) else { return 0 }
        return try await withThrowingTaskGroup(of: Report.self) { group in
            var (free, taken) = (Array(1..<atOnce), 0)
            // What came of an earlier look is counted when a later one takes its place; the last is for whoever looks again.
            var trouble: (any Error)? { didSet { if oldValue != nil { upkeep.failed() } } }
            group.addTask { await take(first, number: 0, for: tenants, deliver) }
            group.addTask { .mayLook }
            while free.count < atOnce, let report = try await group.next() {
                switch report {
                case .finished(let number, let more, let error):
                    free.append(number)
                    taken += more
                    if let error { trouble = error }
                case .mayLook where Task.isCancelled: break
                case .mayLook:
                    do {
                        while let number = free.last, let next = try await claim(for: tenants) {
                            free.removeLast()
                            group.addTask { await take(next, number: number, for: tenants, deliver) }
                        }
                        trouble = nil
                    } catch {
                        trouble = error
                    }
                    group.addTask {
                        // Cancelled, it ends at once, and the loop asks for that.
                        try? await Task.sleep(for: Self.pause)
                        return .mayLook
                    }
                }
            }
            group.cancelAll()
            if let trouble { throw trouble }
            return taken
        }
    }

    /// Sees to one thing, and to what it finds due after it.
    private func take(
        _ first: Delivery, number: Int, for tenants: TenantsUnderWay,
        _ deliver: @Sendable (Delivery, _ number: Int) async throws -> Void
    ) async -> Report {
        var (next, taken): (Delivery?, Int) = (first, 0)
        do {
            while let delivery = next {
                try await attempt(delivery, for: tenants) { try await deliver(delivery, number) }
                taken += 1
                next = try await claim(for: tenants)
            }
            return .finished(number: number, taken: taken, trouble: nil)
        } catch {
            return .finished(number: number, taken: taken, trouble: error)
        }
    }

    /// A look that goes on for long is told of as one that succeeded each time it is answered.
    private func claim(for tenants: TenantsUnderWay) async throws -> Delivery? {
        while true {
            let claimed = try await database.untenanted.first(DeliveryStatements.claim, (kind, tenants.passedOver()))
            upkeep.succeeded()
            guard let delivery = claimed, !tenants.begin(delivery.tenant) else { return claimed }
            // Others have begun the last that may be of its tenant, or had it rest, since the statement was told which to pass over.
            try await putBack(delivery)
        }
    }

    private func attempt(
        _ delivery: Delivery, for tenants: TenantsUnderWay, _ deliver: () async throws -> Void
    ) async throws {
        defer { tenants.end(delivery.tenant) }
        do {
            // The cancellation may have come just as it was taken.
            try Task.checkCancellation()
            try await deliver()
        } catch let error where Task.isCancelled {
            // Nothing is put back that has been removed from the queue, or that somebody else has taken. What has left, but couldn't be
            // removed, leaves again.
            try await putBack(delivery)
            throw error
        } catch let error as PostgresError where error.isLostConnection {
            throw error
        } catch let late as LateKnowledge {
            // Where the tenant has as many statements waiting as it may, this came at once, and would of everything else of its own.
            if tenants.rest(delivery.tenant) {
                logger.warning(
                    "The database didn't say in time what is to be delivered; it is asked again in \(Self.rest.wholeSeconds) s at the latest.",
                    metadata: metadata(of: delivery, reason: Refusal.code(of: late.error)))
            }
            // Where there was no room to ask, this is as good a delivery as any, and keeps its place.
            if late.error == .tooManyWaiting { return try await putBack(delivery) }
            try await afterDelivery {
                _ = try await database.untenanted.execute(DeliveryStatements.putOff, (delivery, Self.rest))
            }
        } catch let lack as NoRoomToDeliver {
            // This too came at once, and would of everything else of the tenant, while the delivery is as good as any.
            if tenants.rest(delivery.tenant) {
                logger.warning(
                    "There was no room to deliver something; it is tried again in a moment.",
                    metadata: metadata(of: delivery, reason: lack.reason))
            }
            try await putBack(delivery)
        } catch {
            upkeep.failed()
            logger.error(
                "Something could not be delivered; another attempt follows in a few minutes.",
                metadata: metadata(of: delivery, reason: Refusal.code(of: error)))
        }
    }

    private func putBack(_ delivery: Delivery) async throws {
        try await afterDelivery {
            _ = try await database.untenanted.execute(DeliveryStatements.putBack, delivery)
        }
    }

    private func metadata(of delivery: Delivery, reason: String) -> Logger.Metadata {
        [
            "kind": "\(kind.rawValue)", "id": "\(delivery.id.lowercaseString)",
            "tenant_id": "\(delivery.tenant.lowercaseString)", "reason": "\(reason)",
        ]
    }
}

/// Asks the database what has to be known before anything is sent. Where it takes too long, as while somebody holds rows of the tenant,
/// nothing has been attempted, and the delivery is soon due again.
func beforeDelivery<Known: Sendable>(_ body: () async throws -> Known) async throws -> Known {
    do {
        return try await body()
    } catch let error as PostgresError {
        switch error {
        case .timeout, .tooManyWaiting: throw LateKnowledge(error: error)
        default: throw error
        }
    }
}

private struct LateKnowledge: Error {
    let error: PostgresError
}

/// What a delivery needs, others of this instance have. Nothing has been attempted, and the delivery keeps its place in the queue.
struct NoRoomToDeliver: Error {
    /// A short name for logs.
    let reason: String
}

/// Does what has to be done once an attempt is over, whether or not the task that made it has been cancelled meanwhile.
func afterDelivery(_ body: @escaping @Sendable () async throws -> Void) async throws {
    try await Task { try await body() }.value
}
