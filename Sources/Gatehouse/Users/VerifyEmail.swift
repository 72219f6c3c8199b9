import FoundationEssentials
import Postgres

/// Somebody who was mailed a token, or a code, shows that the address of their account is theirs.
public struct VerifyEmail: Sendable {
    let database: Database
    let redeem: RedeemOneTimeToken
    let trail: AuditTrail

    /// Throws `invalidToken`, `tooManyAttempts`, and `tenantNotFound` where the tenant was disabled meanwhile.
    public func callAsFunction(_ proof: OneTimeProof, from client: ClientInfo, in served: ServedTenant) async throws {
        let tenant = served.tenant.id
        let token = try await redeem.find(proof, for: .verifyEmail, from: client, in: served)
        try await database.transaction(in: tenant, refusing: .invalidToken) { transaction in
            let used = try await redeem.useUp(token, in: transaction, of: tenant)
            guard used.isOwnAddress else { throw Refusal.invalidToken }
            _ = try await transaction.first(UserStatements.verifyEmail, (tenant, used.user))
            try await trail.record(
                .emailVerified, in: transaction, tenant: tenant, user: used.user, from: client,
                detail: ["method": .string(token.method.rawValue)])
        }
    }
}
