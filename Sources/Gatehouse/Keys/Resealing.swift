import FoundationEssentials
import Postgres

/// A sealed secret of a tenant, as it is stored.
protocol Resealable: Sendable {
    associatedtype Identity: SealedIdentity
    associatedtype Unopened: Sendable, Equatable

    /// As it is sealed.
    var secret: [UInt8] { get }

    func identity(in tenantID: UUID) -> Identity

    /// Throws `damaged` for what opened and is no secret of its kind.
    func check(_ opened: SigningSecret) throws(UnsealFailure)

    /// How it is reported that it doesn't open; nil where that is nobody's trouble.
    func unopened(_ failure: UnsealFailure, of tenant: Tenant) -> Unopened?

    /// Stores it as it is sealed anew, unless somebody has stored another meanwhile.
    func replace(with sealed: [UInt8], of tenantID: UUID, in transaction: Transaction) async throws
}

/// The sealed secrets of one kind that a tenant has, told apart by the master key they are sealed under.
struct Resealing<Item: Resealable> {
    private(set) var report = ResealingReport<Item.Unopened>()
    /// What another master key than the sealing one has sealed.
    private var sealedBefore: [(item: Item, opened: SigningSecret)] = []
    private let tenant: Tenant
    private let sealer: KeySealer

    init(_ items: [Item], of tenant: Tenant, with sealer: KeySealer) {
        self.tenant = tenant
        self.sealer = sealer
        report.count = items.count
        for item in items { look(at: item) }
        report.resealed = sealedBefore.count
    }

    private mutating func look(at item: Item) {
        do throws(UnsealFailure) {
            let opened = try sealer.open(item.secret, for: item.identity(in: tenant.id))
            try item.check(opened)
            if KeySealer.masterKeyID(of: item.secret) == sealer.keys.sealing.id {
                report.unchanged += 1
            } else {
                sealedBefore.append((item, opened))
            }
        } catch {
            if let unopened = item.unopened(error, of: tenant) {
                report.unopened.append(unopened)
            } else {
                report.disregarded += 1
            }
        }
    }

    /// Seals under the sealing key what isn't yet; those that can't be opened stay as they are.
    func carryOut(in transaction: Transaction) async throws {
        for (item, opened) in sealedBefore {
            let sealed = try sealer.seal(opened, for: item.identity(in: tenant.id))
            try await item.replace(with: sealed, of: tenant.id, in: transaction)
        }
    }
}
