import Synchronization

/// Whether metrics are told apart by tenant, and for how many of them.
public struct TenantLabel: Sendable, Equatable {
    public static let name = "tenant"
    /// What is counted for tenants beyond the number that have series of their own.
    public static let others = "other"

    /// No metric says which tenant it is about.
    public static let off = TenantLabel(limit: nil)

    /// The first so many tenants that ask for something have series of their own, the rest share one.
    public static func upTo(_ limit: Int) -> TenantLabel { TenantLabel(limit: max(1, limit)) }

    /// Nil when it is off.
    public let limit: Int?

    private init(limit: Int?) {
        self.limit = limit
    }
}

/// The same metrics once for all tenants, or once for each of a bounded number of them.
///
/// Only slugs of tenants that exist may be asked for: what a client makes up would take the place of a tenant.
public final class PerTenant<Metrics: Sendable>: Sendable {
    private let limit: Int
    private let make: @Sendable ([(String, String)]) -> Metrics
    private let untenanted: Metrics
    private let others: Metrics
    private let own = Mutex<[String: Metrics]>([:])

    /// - Parameter make: Makes the metrics with these labels beside their own: none, or the tenant's.
    public init(_ label: TenantLabel, _ make: @escaping @Sendable ([(String, String)]) -> Metrics) {
        limit = label.limit ?? 0
        self.make = make
        untenanted = make(label.limit == nil ? [] : [(TenantLabel.name, "")])
        others = label.limit == nil ? untenanted : make([(TenantLabel.name, TenantLabel.others)])
    }

    /// Nil is for what concerns no tenant.
    public subscript(slug: String?) -> Metrics {
        guard let slug, limit > 0 else { return untenanted }
        return own.withLock { own in
            if let known = own[slug] { return known }
            guard own.count < limit else { return others }
            let made = make([(TenantLabel.name, slug)])
            own[slug] = made
            return made
        }
    }
}
