import FoundationEssentials
import Postgres

extension Administration {
    /// The live sessions of a user, newest first.
    public func listSessions(tenant slug: String, user: String) async throws -> [Session] {
        let tenant = try await showTenant(slug).id
        let user = try await findUser(user, in: tenant)
        return try await database.query(SessionStatements.live, (tenant, user.id), in: tenant)
    }

    /// Ends one live session. Throws `sessionNotFound`.
    public func revokeSession(tenant slug: String, id: String) async throws -> Session {
        try await changing(slug) { transaction, tenant in
            guard let id = UUID(uuidString: id),
                let session = try await transaction.first(
                    SessionStatements.end, (tenant.id, id, .revokedByOperator))
            else { throw Refusal.sessionNotFound }
            try await record(
                .sessionRevoked, in: transaction, tenant: tenant.id, user: session.userID, session: session.id)
            return session
        }
    }

    /// Ends every session of one user, or of the tenant. How many were live.
    public func revokeAllSessions(tenant slug: String, user: String?) async throws -> Int {
        var userID: UUID?
        if let user { userID = try await findUser(user, in: try await showTenant(slug).id).id }
        let subject = userID
        return try await changing(slug) { transaction, tenant in
            let count =
                if let subject {
                    try await transaction.execute(
                        SessionStatements.endAllOfUser, (tenant.id, subject, nil, .revokedByOperator))
                } else {
                    try await transaction.execute(SessionStatements.endAll, (tenant.id, .revokedByOperator))
                }
            try await record(
                .allSessionsRevoked, in: transaction, tenant: tenant.id, user: subject,
                detail: ["revoked": .integer(count)])
            return count
        }
    }
}
