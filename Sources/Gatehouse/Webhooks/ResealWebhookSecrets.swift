public import FoundationEssentials
import Postgres

/// A webhook's secret that no master key at hand opens: nothing can be told there.
public struct UnopenedWebhookSecret: Sendable, Equatable {
    public let tenant: String
    public let endpointID: UUID
    public let failure: UnsealFailure
}

/// The secret of a webhook, as it is stored.
struct SealedWebhookSecret: Resealable {
    let endpointID: UUID
    let secret: [UInt8]

    func identity(in tenantID: UUID) -> WebhookSecretIdentity {
        WebhookSecretIdentity(tenantID: tenantID, endpointID: endpointID)
    }

    /// Any bytes may be one.
    func check(_ opened: SigningSecret) {}

    func unopened(_ failure: UnsealFailure, of tenant: Tenant) -> UnopenedWebhookSecret? {
        UnopenedWebhookSecret(tenant: tenant.slug, endpointID: endpointID, failure: failure)
    }

    func replace(with sealed: [UInt8], of tenantID: UUID, in transaction: Transaction) async throws {
        _ = try await transaction.execute(WebhookStatements.reseal, (tenantID, endpointID, secret, sealed))
    }
}
