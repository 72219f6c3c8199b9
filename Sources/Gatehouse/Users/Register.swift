import FoundationEssentials
import Postgres

/// A person registers with a tenant and is signed in.
public struct Register: Sendable {
    let database: Database
    let hasher: PasswordHasher
    let identifiers: IdentifierSource
    let guesses: GuessGuard

    /// Makes the user and a first session of theirs, or neither.
    ///
    /// Throws `registrationClosed`, `weakPassword`, `emailTaken`, `usernameTaken`, `tooManyAttempts`, `overloaded`,
    /// `keysUnavailable`.
    public func callAsFunction(
        email: EmailAddress, username: Username?, name: DisplayName?, password: Password, from client: ClientInfo,
        in served: ServedTenant
    ) async throws -> IssuedSession {
        let tenant = served.tenant
        guard tenant.settings.registrationOpen else { throw Refusal.registrationClosed }
        try served.requireSigningKeys()
        try guesses.countRegistration(from: client)
        try await PasswordPolicy(hasher: hasher).check(
            password, field: "password", for: tenant, userInputs: [email.text, username?.text, name?.text])
        let hash = try await hasher.hashOrRefuse(password, for: tenant.id)
        let user = NewUser(
            tenant: tenant.id, id: identifiers.next(), email: email.text, username: username?.text, name: name?.text,
            passwordHash: hash, verified: false)
        return try await sessionOf(user, from: client, in: served)
    }

    private func sessionOf(
        _ user: NewUser, from client: ClientInfo, in served: ServedTenant
    ) async throws -> IssuedSession {
        let tenant = served.tenant
        let session = NewSession(
            tenant: tenant.id, id: identifiers.next(), userID: user.id,
            stamp: EventStamp(id: identifiers.next(), client: client))
        do {
            guard
                let (user, started) = try await database.first(
                    SessionStatements.register, (user, session), in: tenant.id)
            else { throw try await database.refusal(.registrationClosed, in: tenant.id) }
            return try SessionIssuer(identifiers: identifiers).issue(
                started, to: user, in: served, signIn: SignIn(device: nil))
        } catch let error as PostgresError {
            throw error.userConflict ?? error
        }
    }
}
