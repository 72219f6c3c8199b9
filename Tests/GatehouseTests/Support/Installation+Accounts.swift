@testable import Gatehouse

extension Installation {
    /// Changes an account of the tenant `shop` as an operator does.
    @discardableResult
    func amend(_ change: UserChange, of user: String = "ada@example.com") async throws -> User {
        try await administration.updateUser(tenant: "shop", user: user, change: change)
    }

    /// What is recorded of that, oldest first.
    func amendments() async throws -> [RecordedEvent] {
        try await administration.listEvents(tenant: "shop", type: .userChangedByOperator, age: nil, limit: 100)
            .reversed()
    }
}
