/// An account as an operator's change leaves it, beside what it was.
struct AmendedUser: Sendable {
    let before: User
    let email: String
    let username: String?
    let name: String?
    let isVerified: Bool
    /// Nil where the password stays.
    let passwordHash: PasswordHash?

    /// Nobody has shown that another address is the user's, unless the operator says so.
    init(_ before: User, by change: UserChange, passwordHash: PasswordHash?) {
        self.before = before
        email = change.email?.text ?? before.email
        username = change.username.isChange ? change.username.value?.text : before.username
        name = change.name.isChange ? change.name.value?.text : before.name
        let isSameAddress = email.foldingASCIICase == before.email.foldingASCIICase
        isVerified = change.isVerified ?? (isSameAddress && before.emailVerified)
        self.passwordHash = passwordHash
    }

    /// Not by the case of its letters alone.
    var hasAnotherAddress: Bool { email.foldingASCIICase != before.email.foldingASCIICase }

    /// Whether it is what it was. A password is taken for another one: nobody compares it with the one before.
    var isUnchanged: Bool { !differences.members.contains { $0.value == true } }

    /// Of each value whether it has changed, as the audit trail says it.
    var differences: JSONObject {
        [
            "email": .bool(email != before.email), "username": .bool(username != before.username),
            "name": .bool(name != before.name), "email_verified": .bool(isVerified != before.emailVerified),
            "password": .bool(passwordHash != nil),
        ]
    }
}
