import FoundationEssentials

/// What an access token says of its user.
struct TokenSubject: Sendable {
    let id: UUID
    let email: String
    let emailVerified: Bool
    let username: String?
    let name: String?
    let claims: JSONObject
}

extension TokenSubject {
    init(_ user: User) {
        self.init(
            id: user.id, email: user.email, emailVerified: user.emailVerified, username: user.username, name: user.name,
            claims: user.claims)
    }
}
