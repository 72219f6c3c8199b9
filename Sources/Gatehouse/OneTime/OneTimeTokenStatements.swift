import FoundationEssentials
import Postgres

/// A one-time token about to be stored.
struct NewOneTimeToken: Sendable {
    let tenant: UUID
    /// That of its mail.
    let id: UUID
    let user: UUID
    let purpose: OneTimePurpose
    let email: String
    /// Nil where only the code counts.
    let tokenHash: [UInt8]?
    let masterKeyID: String
    let hasCode: Bool
}

enum OneTimeTokenStatements {
    /// The user of an id, or of an address where there is no id, who gets a token of that purpose: they are enabled. A change of address is
    /// told also where they aren't, as its way back stays good while they are disabled, and may be what the owner waits for.
    ///
    /// Whoever makes or uses up a token, or changes the password or the address, locks the user's row first, so that of two one waits.
    static let holder = Statement<(tenant: UUID, user: UUID?, email: String, purpose: OneTimePurpose), User>(
        """
        select \(userColumns) from users u
        where u.tenant_id = $1 and (u.disabled_at is null or $4 = '\(OneTimePurpose.undoEmailChange.rawValue)')
            and (u.id = $2 or $2::uuid is null and u.email_key = lower($3::text collate "C"))
        for no key update
        """,
        bind: { ($0.tenant, $0.user, $0.email, $0.purpose.rawValue) }, row: User.row)

    /// Of two mails the one is older that the database took first, as a token's `created_at` is that of its mail: ids are made by the
    /// clocks of instances, which may step back, and decide between two of one moment. A token that has expired is in nobody's way, nor is
    /// one of a moment that is still to come, where the mail is of one that has been: the database's own clock has stepped back.
    static let removeOlder = Statement<(tenant: UUID, user: UUID, purpose: OneTimePurpose, id: UUID), Void>(
        """
        delete from one_time_tokens o using mails m
        where o.tenant_id = $1 and o.user_id = $2 and o.purpose = $3
            and o.purpose <> '\(OneTimePurpose.undoEmailChange.rawValue)'
            and m.tenant_id = $1 and m.id = $4
            and ((o.created_at, o.id) < (m.created_at, m.id) or o.expires_at <= now()
                or (o.created_at > clock_timestamp() and m.created_at <= clock_timestamp()))
        """,
        bind: { ($0.tenant, $0.user, $0.purpose.rawValue, $0.id) })

    /// Stores nothing where there is a newer one of that purpose already.
    static let insert = Statement<NewOneTimeToken, Void>(
        """
        insert into one_time_tokens
            (tenant_id, id, user_id, purpose, email, token_hash, master_key_id, created_at, expires_at, code_expires_at)
        select $1, $2, $3, $4, $5, $6, $7, m.created_at, now() + make_interval(secs => $8), now() + make_interval(secs => $9)
        from mails m where m.tenant_id = $1 and m.id = $2
        on conflict do nothing
        """,
        bind: {
            (
                $0.tenant, $0.id, $0.user, $0.purpose.rawValue, $0.email, $0.tokenHash, $0.masterKeyID,
                Double($0.purpose.lifetime.wholeSeconds),
                $0.hasCode ? Double(OneTimePurpose.codeLifetime.wholeSeconds) : nil
            )
        })

    /// What an earlier attempt stored and nobody has used yet: under which master key, whether the token counts, and for how many
    /// seconds it and the code still do. One to sign in with is good on the owner's devices also when others have guessed at it too often.
    static let issued = Statement<
        (tenant: UUID, id: UUID), (masterKeyID: String, hasToken: Bool, tokenSeconds: Double, codeSeconds: Double?)
    >(
        """
        select master_key_id, token_hash is not null, extract(epoch from expires_at - now())::float8,
            case when (guesses_left > 0 or purpose = '\(OneTimePurpose.logIn.rawValue)') and now() < code_expires_at
                then extract(epoch from code_expires_at - now())::float8 end
        from one_time_tokens
        where tenant_id = $1 and id = $2 and now() < expires_at
        """,
        bind: { ($0.tenant, $0.id) },
        row: { (key: String, hasToken: Bool, tokenSeconds: Double, codeSeconds: Double?) in
            (key, hasToken, tokenSeconds, codeSeconds)
        })
}
