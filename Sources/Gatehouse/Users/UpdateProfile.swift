import Postgres

/// What a request asks of one field: leave it, clear it, or give it a value.
public enum Change<Value: Sendable>: Sendable {
    case keep
    case clear
    case set(Value)

    var isChange: Bool {
        if case .keep = self { false } else { true }
    }

    var value: Value? {
        if case .set(let value) = self { value } else { nil }
    }
}

/// What a user asks to change of their own profile.
public struct ProfileChange: Sendable {
    public let name: Change<DisplayName>
    public let username: Change<Username>

    public init(name: Change<DisplayName>, username: Change<Username>) {
        self.name = name
        self.username = username
    }
}

/// A user changes their own name or username.
public struct UpdateProfile: Sendable {
    let database: Database

    /// The user after the change. Throws `usernameTaken`, or `sessionEnded` when the user has just been disabled.
    public func callAsFunction(
        _ change: ProfileChange, of signedIn: SignedIn, in served: ServedTenant
    ) async throws -> User {
        let tenant = served.tenant.id
        do {
            guard
                let user = try await database.first(
                    UserStatements.updateProfile, (tenant, signedIn.user.id, change), in: tenant)
            else { throw Refusal.sessionEnded }
            return user
        } catch let error as PostgresError {
            throw error.userConflict ?? error
        }
    }
}
