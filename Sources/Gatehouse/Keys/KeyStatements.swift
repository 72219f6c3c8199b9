import FoundationEssentials
import Postgres

/// Times are those of the statement: a transaction that waited for another one began long before.
enum KeyStatements {
    private static let columns =
        "kid, use, algorithm, state, created_at, activated_at, retired_at, verify_until, exported_at"

    static let all = Statement<UUID, StoredKey.Sealed>(
        "select \(columns), sealed_secret from signing_keys where tenant_id = $1 order by use, created_at, kid",
        bind: { $0 },
        row: {
            (
                kid: String, use: String, algorithm: String, state: String, createdAt: Date, activatedAt: Date?,
                retiredAt: Date?, verifyUntil: Date?, exportedAt: Date?, secret: [UInt8]
            ) in
            StoredKey.Sealed(
                key: try StoredKey.row(
                    kid: kid, use: use, algorithm: algorithm, state: state, createdAt: createdAt,
                    activatedAt: activatedAt, retiredAt: retiredAt, verifyUntil: verifyUntil, exportedAt: exportedAt),
                secret: secret)
        })

    static let insert = Statement<SealedNewKey, StoredKey>(
        """
        insert into signing_keys (
            tenant_id, kid, use, algorithm, state, sealed_secret, created_at, retired_at, verify_until,
            longest_lifetime_seconds)
        values (
            $1, $2, $3, $4, $5, $6, statement_timestamp(), case when $5 = 'retired' then statement_timestamp() end,
            case when $5 = 'retired' then statement_timestamp() + make_interval(secs => $7 + 60) end, $7)
        returning \(columns)
        """,
        bind: {
            (
                $0.identity.tenantID, $0.identity.kid, $0.identity.use.rawValue, $0.algorithm.rawValue,
                $0.state.rawValue, $0.secret, $0.lifetime
            )
        },
        row: StoredKey.row)

    /// Signs from now on, for tokens that live at most so long.
    static let promote = Statement<(tenant: UUID, kid: String, lifetime: Int32), StoredKey>(
        """
        update signing_keys set state = 'current', activated_at = statement_timestamp(), longest_lifetime_seconds = $3
        where tenant_id = $1 and kid = $2 and state = 'next' returning \(columns)
        """,
        bind: { ($0.tenant, $0.kid, $0.lifetime) }, row: StoredKey.row)

    /// Verifies from now on what it has signed, until the last of it has expired, clocks being 60 s apart.
    static let retire = Statement<(tenant: UUID, kid: String), StoredKey>(
        """
        update signing_keys set state = 'retired', retired_at = statement_timestamp(),
            verify_until = statement_timestamp() + make_interval(secs => longest_lifetime_seconds + 60)
        where tenant_id = $1 and kid = $2 and state = 'current' returning \(columns)
        """,
        bind: { ($0.tenant, $0.kid) }, row: StoredKey.row)

    static let revoke = Statement<(tenant: UUID, kid: String), StoredKey>(
        """
        update signing_keys set state = 'revoked', revoked_at = statement_timestamp(),
            retired_at = coalesce(retired_at, statement_timestamp()), verify_until = null
        where tenant_id = $1 and kid = $2 and state <> 'revoked' returning \(columns)
        """,
        bind: { ($0.tenant, $0.kid) }, row: StoredKey.row)

    /// A next key has signed nothing: it may go without a trace.
    static let discardNext = Statement<(tenant: UUID, use: KeyUse), Void>(
        "delete from signing_keys where tenant_id = $1 and use = $2 and state = 'next'",
        bind: { ($0.tenant, $0.use.rawValue) })

    /// Nothing that a retired key has signed is alive any more.
    static let removeExpired = Statement<UUID, Void>(
        "delete from signing_keys where tenant_id = $1 and state = 'retired' and verify_until <= statement_timestamp()",
        bind: { $0 })

    /// Whatever their state: for a tenant that is going.
    static let destroy = Statement<UUID, Void>("delete from signing_keys where tenant_id = $1", bind: { $0 })

    /// Only what is still sealed as it was read: another program may have sealed it anew meanwhile.
    static let reseal = Statement<(tenant: UUID, kid: String, old: [UInt8], new: [UInt8]), Void>(
        "update signing_keys set sealed_secret = $4 where tenant_id = $1 and kid = $2 and sealed_secret = $3",
        bind: { ($0.tenant, $0.kid, $0.old, $0.new) })

    /// Notes that the secret is known outside; no row when it has been before.
    static let markExported = Statement<(tenant: UUID, kid: String), Bool>(
        """
        update signing_keys set exported_at = statement_timestamp()
        where tenant_id = $1 and kid = $2 and exported_at is null returning true
        """,
        bind: { ($0.tenant, $0.kid) }, row: { (marked: Bool) in marked })

    /// The lifetime of what the current key signs has been changed: it must verify for the longest of all.
    static let prolong = Statement<(tenant: UUID, use: KeyUse, lifetime: Int32), Void>(
        """
        update signing_keys set longest_lifetime_seconds = $3
        where tenant_id = $1 and use = $2 and state = 'current' and longest_lifetime_seconds < $3
        """,
        bind: { ($0.tenant, $0.use.rawValue, $0.lifetime) })
}

/// A key about to be stored.
struct SealedNewKey: Sendable {
    let identity: KeyIdentity
    let algorithm: SigningAlgorithm
    let state: KeyState
    let secret: [UInt8]
    /// Seconds that its tokens live at the longest.
    let lifetime: Int32
}

extension StoredKey {
    @Sendable fileprivate static func row(
        kid: String, use: String, algorithm: String, state: String, createdAt: Date, activatedAt: Date?,
        retiredAt: Date?, verifyUntil: Date?, exportedAt: Date?
    ) throws -> StoredKey {
        guard let use = KeyUse(rawValue: use), let algorithm = SigningAlgorithm(rawValue: algorithm),
            let state = KeyState(rawValue: state)
        else { throw UnknownStoredValue(column: "signing_keys.use, algorithm or state") }
        return StoredKey(
            kid: kid, use: use, algorithm: algorithm, state: state, createdAt: createdAt, activatedAt: activatedAt,
            retiredAt: retiredAt, verifyUntil: verifyUntil, exportedAt: exportedAt)
    }
}

extension TenantSettings {
    /// Seconds that a token of this use lives at the longest under these settings.
    func lifetime(of use: KeyUse) -> Int32 {
        switch use {
        case .access: accessTTL.wholeSeconds
        case .refresh: refreshTTL.wholeSeconds
        }
    }

    /// What a new key of this use is made for.
    func algorithm(of use: KeyUse) -> SigningAlgorithm {
        switch use {
        case .access: algorithm
        case .refresh: .hs256
        }
    }
}
