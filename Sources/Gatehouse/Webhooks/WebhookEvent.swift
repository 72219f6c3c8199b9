import FoundationEssentials

/// What an endpoint is told.
struct WebhookEvent: Sendable {
    struct Person: Sendable {
        let email: String
        let emailVerified: Bool
        let username: String?
        let name: String?
    }

    /// Of the message; the same in every attempt.
    let id: UUID
    /// As in the audit trail, `user.registered` for instance.
    let type: String
    let at: Date
    let userID: UUID
    let sessionID: UUID?
    /// The user as they are when it is sent; nil for one who is gone.
    let user: Person?

    /// `{"type","timestamp","data"}`, as Standard Webhooks would have it.
    func body(tenant slug: String) -> [UInt8] {
        let person: JSON =
            user.map {
                [
                    "id": .string(userID.lowercaseString), "email": .string($0.email),
                    "email_verified": .bool($0.emailVerified), "username": $0.username.map { .string($0) } ?? .null,
                    "name": $0.name.map { .string($0) } ?? .null,
                ]
            } ?? .null
        let document: JSON = [
            "type": .string(type),
            "timestamp": .string(RFC3339.format(at)),
            "data": [
                "tenant": .string(slug), "user_id": .string(userID.lowercaseString),
                "session_id": sessionID.map { .string($0.lowercaseString) } ?? .null, "user": person,
            ],
        ]
        return document.serialized()
    }
}
