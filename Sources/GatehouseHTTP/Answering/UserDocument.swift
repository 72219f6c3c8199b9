import Gatehouse

extension User {
    /// The user object of the contract.
    var document: JSON {
        [
            "id": .string(id.lowercaseString), "email": .string(email), "email_verified": .bool(emailVerified),
            "username": username.map(JSON.string) ?? .null, "name": name.map(JSON.string) ?? .null,
            "created_at": .string(RFC3339.format(createdAt)), "updated_at": .string(RFC3339.format(updatedAt)),
        ]
    }
}
