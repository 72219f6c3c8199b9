import FoundationEssentials
import Postgres

/// What the database says to an API client's question: whose secret it would be, and how the session stands.
struct ClientInquiry: Sendable {
    /// Nil where the tenant has no such client.
    let secretHash: [UInt8]?
    /// Nil where none was asked for, and where the tenant has no such session.
    let session: InquiredSession?
    let tenantIsEnabled: Bool
}

/// A session as an API client's question finds it.
struct InquiredSession: Sendable {
    let userID: UUID
    let username: String?
    let state: RefreshState
}

extension ClientStatements {
    /// The client and the session at once: one round trip, which takes the same whether or not there is such a client.
    static let inquire = Statement<(tenant: UUID, client: UUID, session: UUID?), ClientInquiry>(
        """
        select c.secret_hash, u.id, u.username, u.disabled_at is null, \(RefreshState.columns)
        from tenants t
        left join api_clients c on c.tenant_id = t.id and c.id = $2
        left join refresh_tokens s on s.tenant_id = t.id and s.id = $3
        left join users u on u.tenant_id = s.tenant_id and u.id = s.user_id
        where t.id = $1
        """,
        bind: { ($0.tenant, $0.client, $0.session) }, row: ClientInquiry.row)
}

extension ClientInquiry {
    @Sendable fileprivate static func row(
        secretHash: [UInt8]?, userID: UUID?, username: String?, userIsEnabled: Bool, generation: Int?,
        createdAt: Date?, rotatedAt: Date?, hasEnded: Bool, tenantIsEnabled: Bool, refreshTTL: Int32,
        sessionMaxAge: Int32, grace: Int32, reusePolicy: String, now: Date
    ) throws -> ClientInquiry {
        var session: InquiredSession?
        if let userID, let generation, let createdAt, let rotatedAt {
            let state = try RefreshState.row(
                generation: generation, createdAt: createdAt, rotatedAt: rotatedAt, hasEnded: hasEnded,
                tenantIsEnabled: tenantIsEnabled, refreshTTL: refreshTTL, sessionMaxAge: sessionMaxAge, grace: grace,
                reusePolicy: reusePolicy, now: now, userIsEnabled: userIsEnabled)
            session = InquiredSession(userID: userID, username: username, state: state)
        }
        return ClientInquiry(secretHash: secretHash, session: session, tenantIsEnabled: tenantIsEnabled)
    }
}

extension Database {
    /// Asks on behalf of an API client. Throws `invalidClient` for one that the tenant doesn't have or whose secret is another,
    /// and `tenantNotFound` when the tenant has been disabled or deleted since it was looked up.
    func inquire(_ session: UUID?, for client: ClientCredential, in tenant: UUID) async throws -> ClientInquiry {
        guard
            let inquiry = try await first(ClientStatements.inquire, (tenant, client.id, session), in: tenant),
            inquiry.tenantIsEnabled
        else { throw Refusal.tenantNotFound }
        guard client.matches(inquiry.secretHash) else { throw Refusal.invalidClient }
        return inquiry
    }
}
