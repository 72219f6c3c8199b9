import FoundationEssentials
import Postgres

/// A person registers with a tenant.
public struct Register: Sendable {
    let database: Database
    let directory: TenantDirectory
    let hasher: PasswordHasher
    let identifiers: IdentifierSource
    let guesses: GuessGuard
    /// Of mails to an address.
    let budget: GuessBudget?

    /// Makes the user and a first session of theirs, or neither. Where the tenant sends mails, one asks whether the address is theirs,
    /// unless that has had as many of them as it gets in a while.
    ///
    /// Throws `registrationClosed`, `weakPassword`, `emailTaken`, `usernameTaken`, `tooManyAttempts`, `overloaded`,
    /// `keysUnavailable`.
    public func callAsFunction(
        email: EmailAddress, username: Username?, name: DisplayName?, password: Password, from client: ClientInfo,
        in served: ServedTenant
    ) async throws -> IssuedSession {
        try served.requireSigningKeys()
        let user = try await newUser(email.text, username?.text, name?.text, password, from: client, in: served.tenant)
        return try await sessionOf(user, from: client, in: served)
    }

    /// Makes the user, who gets a session once they have shown that the address is theirs. One that is known already makes none, and
    /// its owner is told by mail: the answer, and the work, are the same.
    ///
    /// A username that is taken is `usernameTaken` whether or not the address is known. Throws `registrationClosed`, `weakPassword`,
    /// `tooManyAttempts`, `overloaded`.
    public func awaitingVerification(
        email: EmailAddress, username: Username?, name: DisplayName?, password: Password, from client: ClientInfo,
        in served: ServedTenant
    ) async throws {
        let tenant = served.tenant
        let user = try await newUser(email.text, username?.text, name?.text, password, from: client, in: tenant)
        let unverified = UnverifiedRegistration(
            user: user, mail: identifiers.next(),
            new: CountedSubject(mailsOfRegistrationsOf: user.email, in: tenant.id),
            known: CountedSubject(mailsOf: .alreadyRegistered, to: user.email, in: tenant.id), budget: budget,
            stamp: EventStamp(id: identifiers.next(), client: client))
        do {
            switch try await database.first(UnverifiedRegistration.statement, unverified, in: tenant.id) {
            case .accepted: return
            case .usernameTaken: throw Refusal.usernameTaken
            case .closed, nil: throw try await database.refusal(.registrationClosed, in: tenant.id)
            }
        } catch let error as PostgresError {
            throw error.userConflict ?? error
        }
    }

    /// With the password judged and hashed, which is nearly all of the work.
    private func newUser(
        _ email: String, _ username: String?, _ name: String?, _ password: Password, from client: ClientInfo,
        in tenant: Tenant
    ) async throws -> NewUser {
        guard tenant.settings.registrationOpen else { throw Refusal.registrationClosed }
        try guesses.countRegistration(from: client)
        try await PasswordPolicy(hasher: hasher).check(
            password, field: "password", for: tenant, userInputs: [email, username, name])
        let hash = try await hasher.hashOrRefuse(password, for: tenant.id)
        return NewUser(
            tenant: tenant.id, id: identifiers.next(), email: email, username: username, name: name,
            passwordHash: hash, verified: false)
    }

    private func sessionOf(
        _ user: NewUser, from client: ClientInfo, in served: ServedTenant
    ) async throws -> IssuedSession {
        let tenant = served.tenant
        let session = NewSession(
            tenant: tenant.id, id: identifiers.next(), userID: user.id,
            stamp: EventStamp(id: identifiers.next(), client: client))
        let verification = MailRequestStatements.Request(
            mail: NewMail(
                id: identifiers.next(), tenant: tenant.id, user: user.id, kind: .verifyEmail, recipient: user.email,
                locale: client.language),
            subject: CountedSubject(mailsOfRegistrationsOf: user.email, in: tenant.id), budget: budget)
        do {
            guard
                let (user, passwordVersion, started) = try await database.first(
                    SessionStatements.register,
                    (user, session, verification: tenant.settings.mailFrom == nil ? nil : verification), in: tenant.id)
            else { throw try await database.refusal(.registrationClosed, in: tenant.id) }
            return try SessionIssuer(identifiers: identifiers).issue(
                started, by: SignIn(user: user, passwordVersion: passwordVersion, device: nil),
                in: try await directory.current(served))
        } catch let error as PostgresError {
            throw error.userConflict ?? error
        }
    }
}
