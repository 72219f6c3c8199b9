import FoundationEssentials

/// What an instance has heard of changes, so that it can tell whether what it read a while ago is still so.
struct TenantChanges {
    /// Beyond so many tenants it is simply said that all have changed.
    private static let limit = 1024

    /// Moves with every change that is heard of.
    private(set) var epoch = 0
    private var everything = 0
    private var single: [UUID: Int] = [:]

    mutating func note(_ tenant: UUID) {
        epoch += 1
        single[tenant] = epoch
        if single.count > Self.limit { forget() }
    }

    mutating func noteEverything() {
        epoch += 1
        forget()
    }

    /// Whether nothing has been heard of this tenant since then, nor anything been missed.
    func isUnchanged(_ tenant: UUID, since epoch: Int) -> Bool {
        everything <= epoch && single[tenant, default: 0] <= epoch
    }

    private mutating func forget() {
        everything = epoch
        single.removeAll(keepingCapacity: true)
    }
}
