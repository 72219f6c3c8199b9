import FoundationEssentials
import Postgres

/// The columns of a user, in the order in which `User.row` takes them, from the table alias `u`.
let userColumns = """
    u.id, u.email, u.email_verified_at is not null, u.username, u.name, u.claims, u.disabled_at is null, \
    u.created_at, u.updated_at
    """

/// The columns of what a token says of a user, in the order of `TokenSubject`, from the table alias `u`.
let subjectColumns = "u.id, u.email, u.email_verified_at is not null, u.username, u.name, u.claims"

extension TokenSubject {
    init(
        id: UUID, email: String, emailVerified: Bool, username: String?, name: String?, claims: PostgresJSON
    ) throws {
        self.init(
            id: id, email: email, emailVerified: emailVerified, username: username, name: name,
            claims: try User.parsed(claims))
    }
}

extension User {
    @Sendable static func row(
        id: UUID, email: String, emailVerified: Bool, username: String?, name: String?, claims: PostgresJSON,
        isEnabled: Bool, createdAt: Date, updatedAt: Date
    ) throws -> User {
        User(
            id: id, email: email, emailVerified: emailVerified, username: username, name: name,
            claims: try Self.parsed(claims), isEnabled: isEnabled, createdAt: createdAt, updatedAt: updatedAt)
    }

    fileprivate static func parsed(_ stored: PostgresJSON) throws -> JSONObject {
        if stored.text == "{}" { return JSONObject() }
        guard let object = try JSON.parse(Array(stored.text.utf8)).objectValue else {
            throw UnknownStoredValue(column: "users.claims")
        }
        return object
    }
}
