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

    /// Ends every session of one user, or every one of the tenant that had begun before. How many were live.
    ///
    /// A tenant's are ended a page at a time. Throws ``UnfinishedEnding`` where that comes to nothing half-way; it can be repeated.
    public func revokeAllSessions(tenant slug: String, user: String?) async throws -> Int {
        let tenant = try await showTenant(slug).id
        guard let user else { return try await revokeAllSessions(of: tenant, slug) }
        let subject = try await findUser(user, in: tenant).id
        return try await changing(slug) { transaction, tenant in
            let count = try await transaction.execute(
                SessionStatements.endAllOfUser, (tenant.id, subject, nil, .revokedByOperator))
            try await record(
                .allSessionsRevoked, in: transaction, tenant: tenant.id, user: subject,
                detail: ["revoked": .integer(count)])
            return count
        }
    }

    /// Recorded when it is done, since how many there are is known no earlier; where it fails, with what had been done by then.
    private func revokeAllSessions(of tenant: UUID, _ slug: String) async throws -> Int {
        var count = 0
        do {
            try await endSessions(of: tenant, .revokedByOperator, counting: &count)
        } catch {
            try? await recordEnding(of: tenant, slug, ["revoked": .integer(count), "unfinished": true])
            throw UnfinishedEnding(error, ended: count, tenant: slug, isEmergency: false)
        }
        try await recordEnding(of: tenant, slug, ["revoked": .integer(count)])
        return count
    }

    private func recordEnding(of id: UUID, _ slug: String, _ detail: JSONObject) async throws {
        try await changing(slug) { transaction, tenant in
            guard tenant.id == id else { throw Refusal.tenantNotFound }
            try await record(.allSessionsRevoked, in: transaction, tenant: id, detail: detail)
        }
    }

    /// Ends the sessions of the tenant that have begun until now.
    ///
    /// - Parameter ended: Counts those that are ended, also when it throws.
    func endSessions(of tenant: UUID, _ reason: EndReason, counting ended: inout Int) async throws {
        let end = EndSessions(
            database: database, tenant: tenant, reason: reason, begunBy: try await databaseTime())
        try await end(counting: &ended)
    }
}
