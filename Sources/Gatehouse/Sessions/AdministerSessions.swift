import FoundationEssentials
import Postgres

extension Administration {
    /// The live sessions of a user, newest first, `limit` of them.
    public func listSessions(
        tenant slug: String, user: String, limit: Int = ListSessions.most
    ) async throws -> [Session] {
        let tenant = try await showTenant(slug).id
        let user = try await findUser(user, in: tenant)
        return try await database.query(SessionStatements.live, (tenant, user.id, limit, nil), in: tenant)
    }

    /// Ends one live session. Throws `sessionNotFound`.
    ///
    /// It may wait for the deletion of the session's user, and so holds no more of the tenant than a sign-in does.
    public func revokeSession(tenant slug: String, id: String) async throws -> Session {
        let tenant = try await showTenant(slug).id
        return try await database.transaction(in: tenant) { transaction in
            guard let id = UUID(uuidString: id),
                let session = try await transaction.first(SessionStatements.end, (tenant, id, .revokedByOperator))
            else { throw Refusal.sessionNotFound }
            try await record(
                .sessionRevoked, in: transaction, tenant: tenant, user: session.userID, session: session.id)
            return session
        }
    }

    /// Ends every session of one user, or every one of the tenant, that had begun before, also those of sign-ins that aren't committed
    /// yet. How many were alive, as ``listSessions`` has it. Throws `tenantNotFound`, and `userNotFound` for a user who isn't there.
    ///
    /// A tenant's are ended a page at a time, see ``EndSessions``. Throws ``UnfinishedEnding`` where that comes to nothing half-way; it can
    /// be repeated.
    public func revokeAllSessions(tenant slug: String, user: String?) async throws -> Int {
        guard let user else {
            return try await endAllSessions(of: try await showTenant(slug).id, slug, .revokedByOperator)
        }
        return try await changingUser(user, of: slug) { transaction, tenant, subject in
            let count =
                try await transaction.first(
                    SessionStatements.endAllOfUser, (tenant, subject, nil, .revokedByOperator)) ?? 0
            try await record(
                .allSessionsRevoked, in: transaction, tenant: tenant, user: subject,
                detail: ["revoked": .integer(count)])
            return count
        }
    }

    /// Ends the sessions of the tenant that have begun until now, a page at a time. How many were alive.
    ///
    /// Recorded when it is done, since how many there are is known no earlier; where it fails, with what had been done by then. Throws
    /// ``UnfinishedEnding``, which can be repeated.
    func endAllSessions(of tenant: UUID, _ slug: String, _ reason: EndReason) async throws -> Int {
        var count = 0
        do {
            let end = EndSessions(database: database, tenant: tenant, reason: reason, patience: patience)
            try await end(counting: &count)
        } catch {
            try? await recordEnding(of: tenant, slug, ["revoked": .integer(count), "unfinished": true])
            throw UnfinishedEnding(error, ended: count, tenant: slug, isEmergency: reason == .keysRevoked)
        }
        do {
            try await recordEnding(of: tenant, slug, ["revoked": .integer(count)])
        } catch {
            throw UnfinishedEnding(notRecorded: error, ended: count, isEmergency: reason == .keysRevoked)
        }
        return count
    }

    private func recordEnding(of id: UUID, _ slug: String, _ detail: JSONObject) async throws {
        try await changing(slug) { transaction, tenant in
            guard tenant.id == id else { throw Refusal.tenantNotFound }
            try await record(.allSessionsRevoked, in: transaction, tenant: id, detail: detail)
        }
    }
}
