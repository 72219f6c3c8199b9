import Postgres

/// Takes what is due, one thing after the other, until nothing is.
struct TakeDeliveries: Sendable {
    let database: Database
    let kind: DeliveryKind

    /// Has `deliver` see to each thing taken, with up to `atOnce` of them under way, each by a number of its own below that; how many
    /// were taken.
    ///
    /// An error ends it all; what was taken is then due again when its lease is over.
    func callAsFunction(
        atOnce: Int, _ deliver: @escaping @Sendable (Delivery, _ number: Int) async throws -> Void
    ) async throws -> Int {
        try await withThrowingTaskGroup(of: Int.self) { group in
            for number in 0..<atOnce {
                group.addTask {
                    var taken = 0
                    while let delivery = try await database.untenanted.first(DeliveryStatements.claim, kind) {
                        try await deliver(delivery, number)
                        taken += 1
                    }
                    return taken
                }
            }
            return try await group.reduce(0, +)
        }
    }
}
