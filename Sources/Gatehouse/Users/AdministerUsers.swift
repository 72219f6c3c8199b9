public import FoundationEssentials
import Postgres

extension Administration {
    /// Makes a user, whether or not registration is open. Without a password they can't sign in by one.
    ///
    /// Throws `validationFailed`, `weakPassword`, `emailTaken`, `usernameTaken`.
    public func createUser(
        tenant slug: String, email: String, username: String? = nil, name: String? = nil, password: Password? = nil,
        passwordHash: PasswordHash? = nil, verified: Bool = false
    ) async throws -> User {
        let tenant = try await showTenant(slug)
        let profile = try Profile(email: email, username: username, name: name)
        var hash = passwordHash
        if let password {
            try await PasswordPolicy(hasher: hasher).check(
                password, field: "password", for: tenant,
                userInputs: [profile.email.text, profile.username?.text, profile.name?.text])
            hash = try await hasher.hashOrRefuse(password, for: tenant.id)
        }
        let user = NewUser(
            tenant: tenant.id, id: identifiers.next(), email: profile.email.text, username: profile.username?.text,
            name: profile.name?.text, passwordHash: hash, verified: verified)
        do {
            // It waits for a deletion of whoever has the address, and keeps no other administration waiting meanwhile.
            return try await database.transaction(in: tenant.id) { transaction in
                guard let made = try await transaction.first(UserStatements.insert, user) else {
                    throw Refusal.tenantNotFound
                }
                try await record(.userCreated, in: transaction, tenant: tenant.id, user: made.id)
                return made
            }
        } catch let error as PostgresError {
            throw error.userConflict ?? error
        }
    }

    /// Users in the order they were made, those after `after`, `limit` of them at the most.
    public func listUsers(tenant slug: String, limit: Int, after: UUID?) async throws -> [User] {
        let tenant = try await showTenant(slug)
        return try await database.query(UserStatements.page, (tenant.id, after, limit), in: tenant.id)
    }

    /// The user of that id, email or username. Throws `userNotFound`.
    public func showUser(tenant slug: String, user: String) async throws -> User {
        try await findUser(user, in: try await showTenant(slug).id)
    }

    /// Lets the user sign in again; sessions that were ended stay ended. Throws `userNotFound`.
    public func enableUser(tenant slug: String, user: String) async throws -> User {
        try await changing(user, of: slug, .userEnabled) { transaction, tenant, old in
            guard !old.isEnabled else { return nil }
            return try await transaction.first(UserStatements.setEnabled, (tenant, old.id, true)).map { ($0, [:]) }
        }
    }

    /// Ends every session of the user and voids what was mailed to them; no session can begin. The user's row is locked first, so
    /// that a racing login either finds them disabled or has its session ended here. Throws `userNotFound`.
    public func disableUser(tenant slug: String, user: String) async throws -> User {
        try await changing(user, of: slug, .userDisabled) { transaction, tenant, old in
            guard old.isEnabled else { return nil }
            let user = try await transaction.first(UserStatements.setEnabled, (tenant, old.id, false))
            _ = try await transaction.execute(SessionStatements.endAllOfUser, (tenant, old.id, nil, .userDisabled))
            _ = try await transaction.execute(OneTimeTokenStatements.void, (tenant, old.id, nil))
            return user.map { ($0, [:]) }
        }
    }

    /// The user is gone, with their sessions and everything else that is personal, as by `DeleteAccount`.
    ///
    /// That may take long, so it goes on beside other administration of the tenant: no emergency waits for it, nor do the keys. Throws
    /// `userNotFound`.
    public func deleteUser(tenant slug: String, user: String) async throws -> User {
        let tenant = try await showTenant(slug).id
        let id = try await findUser(user, in: tenant).id
        return try await database.transaction(in: tenant) { transaction in
            guard try await transaction.first(DeletionStatements.lock, (tenant, id)) != nil,
                let gone = try await DeletionStatements.erase(
                    id, of: tenant, in: transaction, within: .seconds(3600))
            else { throw Refusal.userNotFound }
            try await record(.userDeleted, in: transaction, tenant: tenant, user: id)
            return gone
        }
    }

    /// Replaces what is added to the user's access tokens. `json` is an object; a name that Gatehouse or a registered
    /// claim uses is refused, as is an object of more than 1 KiB: an access token must fit into a cookie. So are numbers
    /// that the database would write out at length. Throws `validationFailed`.
    public func setClaims(tenant slug: String, user: String, json: String) async throws -> User {
        let claims = try Self.claims(from: json)
        return try await changing(user, of: slug, .userClaimsSet) { transaction, tenant, old in
            let changed = claims.namesOfChanges(since: old.claims)
            guard !changed.isEmpty else { return nil }
            let detail: JSONObject = ["claims": .array(changed.map { .string($0) })]
            return try await transaction.first(UserStatements.setClaims, (tenant, old.id, claims)).map { ($0, detail) }
        }
    }

    /// An email has an `@` and a username none, so that neither is taken for the other. What looks like an id is one and nothing else:
    /// where its user is gone, somebody may have it for their username.
    func findUser(_ idOrName: String, in tenant: UUID) async throws -> User {
        let name = String(idOrName.trimmingASCIISpace())
        let stored =
            if let id = UUID(uuidString: name) {
                try await database.first(UserStatements.byID, (tenant, id), in: tenant)
            } else if name.utf8.contains(UInt8(ascii: "@")) {
                try await database.first(UserStatements.byEmail, (tenant, TypedEmail(name)), in: tenant)
            } else {
                try await database.first(UserStatements.byUsername, (tenant, name), in: tenant)
            }
        guard let stored else { throw Refusal.userNotFound }
        return stored.user
    }

    /// Runs `body` in a transaction that no other administration of that user runs beside.
    ///
    /// It is the user's row that it waits for, with no more of the tenant held than by a sign-in: where the user is being deleted, that
    /// may take an hour.
    func changingUser<R: Sendable>(
        _ idOrName: String, of slug: String,
        _ body: @escaping @Sendable (Transaction, _ tenant: UUID, _ user: UUID) async throws -> R
    ) async throws -> R {
        let tenant = try await showTenant(slug).id
        let id = try await findUser(idOrName, in: tenant).id
        return try await database.transaction(in: tenant) { transaction in
            guard try await transaction.first(UserStatements.lock, (tenant, id)) != nil else {
                throw Refusal.userNotFound
            }
            return try await body(transaction, tenant, id)
        }
    }

    /// The same, with the user as they were. Where `body` gives nil the user is so already, and nothing is recorded.
    private func changing(
        _ idOrName: String, of slug: String, _ event: AuditEventType,
        _ body: @escaping @Sendable (Transaction, _ tenant: UUID, _ old: User) async throws -> (User, JSONObject)?
    ) async throws -> User {
        try await changingUser(idOrName, of: slug) { transaction, tenant, id in
            guard let old = try await transaction.first(UserStatements.byID, (tenant, id))?.user else {
                throw Refusal.userNotFound
            }
            guard let (user, detail) = try await body(transaction, tenant, old) else { return old }
            try await record(event, in: transaction, tenant: tenant, user: user.id, detail: detail)
            return user
        }
    }

    static func claims(from json: String) throws(Refusal) -> JSONObject {
        func refused(_ message: String) -> Refusal {
            .validationFailed([FieldProblem(field: "claims", code: "invalid", message: message)])
        }
        guard json.utf8.count <= ClaimBounds.extra else { throw refused("The claims are longer than 1 KiB.") }
        guard let claims = (try? JSON.parse(Array(json.utf8)))?.objectValue else {
            throw refused("The claims must be one JSON object in which no member stands twice.")
        }
        guard JSON.object(claims).hasPlainNumbers else {
            throw refused("A number in the claims has an exponent or more than 20 digits.")
        }
        if let reserved = claims.names.first(where: AccessClaims.reservedNames.contains) {
            throw refused("The claim \(reserved) has a meaning of its own and can't be set.")
        }
        return claims
    }
}

extension JSON {
    /// Whether every number in it is short and without exponent, so that it is stored and read back as it is written.
    fileprivate var hasPlainNumbers: Bool {
        switch self {
        case .number(let number): number.text.utf8.count <= 20 && !number.text.lowercased().contains("e")
        case .array(let elements): elements.allSatisfy(\.hasPlainNumbers)
        case .object(let object): object.members.allSatisfy(\.value.hasPlainNumbers)
        case .null, .bool, .string: true
        }
    }
}
