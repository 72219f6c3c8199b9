import FoundationEssentials
import Logging
import Postgres

/// Takes what is due, one thing after the other, until nothing is.
struct TakeDeliveries: Sendable {
    let database: Database
    let kind: DeliveryKind
    let logger: Logger

    /// Has `deliver` see to each thing taken, with up to `atOnce` of them under way, each by a number of its own below that; how many
    /// were taken.
    ///
    /// What nobody foresaw of one thing keeps none of the others waiting: it is logged, and due again when its lease is over. Where the
    /// database is away, or the task is cancelled, that is the end of it.
    func callAsFunction(
        atOnce: Int, _ deliver: @escaping @Sendable (Delivery, _ number: Int) async throws -> Void
    ) async throws -> Int {
        // Most looks find nothing, and cost one statement.
        guard let first = try await claim() else { return 0 }
        return try await withThrowingTaskGroup(of: Int.self) { group in
            for number in 0..<atOnce {
                group.addTask {
                    var taken = 0
                    var next = number == 0 ? first : try await claim()
                    while let delivery = next {
                        try await attempt(delivery) { try await deliver(delivery, number) }
                        taken += 1
                        next = try await claim()
                    }
                    return taken
                }
            }
            return try await group.reduce(0, +)
        }
    }

    private func claim() async throws(PostgresError) -> Delivery? {
        try await database.untenanted.first(DeliveryStatements.claim, kind)
    }

    private func attempt(_ delivery: Delivery, _ deliver: () async throws -> Void) async throws {
        do {
            try await deliver()
        } catch let error where Task.isCancelled || (error as? PostgresError)?.isLostConnection == true {
            throw error
        } catch {
            logger.error(
                "Something could not be delivered; another attempt follows in a few minutes.",
                metadata: [
                    "kind": "\(kind.rawValue)", "id": "\(delivery.id.lowercaseString)",
                    "tenant_id": "\(delivery.tenant.lowercaseString)", "reason": "\(Refusal.code(of: error))",
                ])
        }
    }
}

/// Does what has to be done once something has left, whether or not the task that sent it has been cancelled meanwhile.
func afterDelivery(_ body: @escaping @Sendable () async throws -> Void) async throws {
    try await Task { try await body() }.value
}
