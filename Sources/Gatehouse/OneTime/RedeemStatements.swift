import FoundationEssentials
import Postgres

/// A one-time token that somebody has presented, whose user is enabled. It may be used up before its presenter uses it.
struct LiveToken: Sendable {
    let id: UUID
    let purpose: OneTimePurpose
    let method: OneTimeMethod
    /// The address that it was sent to.
    let email: String
    let user: User
}

/// What the row of a token says, once that has been used up.
struct UsedToken: Sendable {
    let id: UUID
    let user: UUID
    /// The address that it was sent to, of which the presenter has shown that it is theirs.
    let email: String
    /// Whether it is the address of the account.
    let isOwnAddress: Bool
    let passwordVersion: Int32
}

enum RedeemStatements {
    /// A row whose code may be compared with what was presented: that has cost it a guess, unless it was made under a master key that
    /// isn't at hand.
    struct Guess: Sendable {
        let id: UUID
        let email: String
        let masterKeyID: String
        let user: User
    }

    private static let isLive = """
        u.tenant_id = o.tenant_id and u.id = o.user_id and u.disabled_at is null and t.id = o.tenant_id and t.disabled_at is null
        """

    /// The live token of that digest; purpose and tenant are part of what it is looked up by.
    static let byToken = Statement<(tenant: UUID, hash: [UInt8], purpose: OneTimePurpose), LiveToken>(
        """
        select o.id, o.purpose, o.email, \(userColumns)
        from one_time_tokens o, users u, tenants t
        where o.tenant_id = $1 and o.token_hash = $2 and o.purpose = $3 and now() < o.expires_at and \(isLive)
        """,
        bind: { ($0.tenant, $0.hash, $0.purpose.rawValue) }, row: LiveToken.row)

    /// Takes one of the guesses that the code of a user stands, before it is compared: so that of many at once no more than those are
    /// compared. No row where none is left, or where there is no code.
    ///
    /// What is counted against the budgets of devices, `isBudgeted`, takes none and needs none. However many devices there are, these
    /// are five devices' budgets for all of them (`GuessStatements.countByDevice`): 50 guesses in a quarter of an hour and one a minute
    /// beyond, at 10^8 codes, and who makes more takes of the five.
    static let takeGuess = Statement<
        (tenant: UUID, user: UUID, purpose: OneTimePurpose, isBudgeted: Bool, masterKeys: [String]), Guess
    >(
        """
        update one_time_tokens o
        set guesses_left = o.guesses_left - case when $4 or o.master_key_id <> all ($5) then 0 else 1 end
        from users u, tenants t
        where o.tenant_id = $1 and o.user_id = $2 and o.purpose = $3 and ($4 or o.guesses_left > 0)
            and now() < o.code_expires_at and \(isLive)
        returning \(guessColumns)
        """,
        bind: { ($0.tenant, $0.user, $0.purpose.rawValue, $0.isBudgeted, $0.masterKeys) }, row: Guess.row)

    /// The same for a code that was sent to an address before it is anybody's. Several users may want it, each with a code of their
    /// own.
    static let takeGuessAtAddress = Statement<(tenant: UUID, email: TypedEmail, masterKeys: [String]), Guess>(
        """
        update one_time_tokens o
        set guesses_left = o.guesses_left - case when o.master_key_id <> all ($3) then 0 else 1 end
        from users u, tenants t
        where o.tenant_id = $1 and o.purpose = '\(OneTimePurpose.changeEmail.rawValue)'
            and o.email_key = lower($2::text collate "C") and o.guesses_left > 0 and now() < o.code_expires_at
            and \(isLive)
        returning \(guessColumns)
        """,
        bind: { ($0.tenant, $0.email.text, $0.masterKeys) }, row: Guess.row)

    private static let guessColumns = "o.id, o.email, o.master_key_id, \(userColumns)"

    /// Uses a token up: of many at once one gets the row. The user's row is locked first, as by whoever changes the password or the
    /// address, which voids tokens, so that of two one waits.
    static let useUp = Statement<(tenant: UUID, token: LiveToken), UsedToken>(
        """
        with \(TenantStatements.held), person as (
            select u.id, u.email_key, u.password_version from users u, t
            where u.tenant_id = t.id and u.id = $2 and u.disabled_at is null and t.disabled_at is null
            for no key update of u
        )
        delete from one_time_tokens o using person
        where o.tenant_id = $1 and o.id = $3 and o.purpose = $4 and o.user_id = person.id and now() < o.expires_at
        returning o.id, person.id, o.email, o.email_key = person.email_key, person.password_version
        """,
        bind: { ($0.tenant, $0.token.user.id, $0.token.id, $0.token.purpose.rawValue) },
        row: UsedToken.init(id:user:email:isOwnAddress:passwordVersion:))
}

extension LiveToken {
    @Sendable fileprivate static func row(
        token: UUID, purpose: String, sentTo: String, id: UUID, email: String, emailVerified: Bool, username: String?,
        name: String?, claims: PostgresJSON, isEnabled: Bool, createdAt: Date, updatedAt: Date
    ) throws -> LiveToken {
        guard let purpose = OneTimePurpose(rawValue: purpose) else {
            throw UnknownStoredValue(column: "one_time_tokens.purpose")
        }
        return LiveToken(
            id: token, purpose: purpose, method: .link, email: sentTo,
            user: try User.row(
                id: id, email: email, emailVerified: emailVerified, username: username, name: name, claims: claims,
                isEnabled: isEnabled, createdAt: createdAt, updatedAt: updatedAt))
    }
}

extension RedeemStatements.Guess {
    @Sendable fileprivate static func row(
        token: UUID, sentTo: String, masterKeyID: String, id: UUID, email: String, emailVerified: Bool,
        username: String?, name: String?, claims: PostgresJSON, isEnabled: Bool, createdAt: Date, updatedAt: Date
    ) throws -> Self {
        Self(
            id: token, email: sentTo, masterKeyID: masterKeyID,
            user: try User.row(
                id: id, email: email, emailVerified: emailVerified, username: username, name: name, claims: claims,
                isEnabled: isEnabled, createdAt: createdAt, updatedAt: updatedAt))
    }
}
