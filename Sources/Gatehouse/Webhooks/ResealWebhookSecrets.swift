public import FoundationEssentials
import Postgres

/// A webhook's secret that no master key at hand opens: nothing can be told there.
public struct UnopenedWebhookSecret: Sendable, Equatable {
    public let tenant: String
    public let endpointID: UUID
    public let failure: UnsealFailure
}

/// What sealing the secrets of webhooks anew, or a look at all of them, came to.
public struct WebhookSecretReport: Sendable, Equatable {
    /// Secrets looked at.
    public internal(set) var secrets = 0
    /// Of these, secrets that have been sealed anew under the sealing master key; for a look, or a dry run, that are to be.
    public internal(set) var resealed = 0
    /// Secrets that were sealed under the sealing master key already.
    public internal(set) var unchanged = 0
    /// Secrets that no master key at hand opens; they are left as they are.
    public internal(set) var unopened: [UnopenedWebhookSecret] = []

    static func += (sum: inout Self, part: Self) {
        sum.secrets += part.secrets
        sum.resealed += part.resealed
        sum.unchanged += part.unchanged
        sum.unopened += part.unopened
    }
}

/// The secrets of one tenant's webhooks, told apart by the master key they are sealed under.
struct WebhookSecretResealing {
    struct Sealed {
        let identity: WebhookSecretIdentity
        let sealed: [UInt8]
        let secret: SigningSecret
    }

    private(set) var report = WebhookSecretReport()
    /// What another master key than the sealing one has sealed.
    private(set) var sealedBefore: [Sealed] = []

    init(_ secrets: [(id: UUID, secret: [UInt8])], of tenant: Tenant, with sealer: KeySealer) {
        report.secrets = secrets.count
        for (id, sealed) in secrets {
            let identity = WebhookSecretIdentity(tenantID: tenant.id, endpointID: id)
            do throws(UnsealFailure) {
                let secret = try sealer.open(sealed, for: identity)
                guard KeySealer.masterKeyID(of: sealed) != sealer.keys.sealing.id else {
                    report.unchanged += 1
                    continue
                }
                sealedBefore.append(Sealed(identity: identity, sealed: sealed, secret: secret))
            } catch {
                report.unopened.append(
                    UnopenedWebhookSecret(tenant: tenant.slug, endpointID: id, failure: error))
            }
        }
        report.resealed = sealedBefore.count
    }

    /// Seals under the sealing key what isn't yet; those that can't be opened stay as they are.
    func carryOut(with sealer: KeySealer, in transaction: Transaction) async throws {
        for old in sealedBefore {
            let identity = old.identity
            _ = try await transaction.execute(
                WebhookStatements.reseal,
                (identity.tenantID, identity.endpointID, old.sealed, try sealer.seal(old.secret, for: identity)))
        }
    }
}
