import FoundationEssentials

/// Served tenants by slug, least recently used out first. A value without I/O; `TenantDirectory` guards it.
struct TenantCache {
    private struct Entry {
        let served: ServedTenant
        let loadedAt: ContinuousClock.Instant
        var lastUse: UInt64
        var rereadAt: ContinuousClock.Instant?
    }

    private var entries: [String: Entry] = [:]
    private var slugs: [UUID: String] = [:]
    private var uses: UInt64 = 0
    private let capacity: Int

    private(set) var changes = TenantChanges()
    /// How old an entry may be; nil while the listener tells of every change. Not until it has said so.
    var freshness: Duration? = .seconds(5)

    init(capacity: Int) {
        self.capacity = max(1, capacity)
    }

    mutating func lookUp(_ slug: String, now: ContinuousClock.Instant, wall: Date) -> ServedTenant? {
        guard let index = entries.index(forKey: slug) else { return nil }
        let entry = entries.values[index]
        if let freshness, entry.loadedAt.duration(to: now) > freshness { return nil }
        if let until = entry.served.validUntil, until <= wall { return nil }
        uses += 1
        entries.values[index].lastUse = uses
        return entry.served
    }

    /// Keeps what was read from `readAt` on, unless its tenant has changed since `epoch`: then it may be old.
    mutating func insert(_ served: ServedTenant, readAt: ContinuousClock.Instant, epoch: Int) {
        guard changes.isUnchanged(served.tenant.id, since: epoch) else { return }
        let slug = served.tenant.slug
        if let known = entries[slug], known.loadedAt > readAt { return }
        uses += 1
        entries[slug] = Entry(
            served: served, loadedAt: readAt, lastUse: uses, rereadAt: entries[slug]?.rereadAt)
        slugs[served.tenant.id] = slug
        if entries.count > capacity { evict() }
    }

    /// Whether a re-read for an unknown key may go ahead now; noted if so.
    mutating func mayReread(_ slug: String, now: ContinuousClock.Instant) -> Bool {
        guard let entry = entries[slug] else { return true }
        if let last = entry.rereadAt, last.duration(to: now) < .seconds(1) { return false }
        entries[slug]?.rereadAt = now
        return true
    }

    /// The re-read that was noted last has failed.
    mutating func allowReread(_ slug: String) {
        entries[slug]?.rereadAt = nil
    }

    mutating func remove(_ id: UUID) {
        changes.note(id)
        guard let slug = slugs.removeValue(forKey: id) else { return }
        entries[slug] = nil
    }

    mutating func removeAll() {
        changes.noteEverything()
        entries.removeAll()
        slugs.removeAll()
    }

    /// Drops the least recently used eighth at once, so that a scan over all entries is paid for by many inserts.
    private mutating func evict() {
        let oldest = entries.sorted { $0.value.lastUse < $1.value.lastUse }.prefix(max(1, capacity / 8))
        for (slug, entry) in oldest {
            entries[slug] = nil
            slugs[entry.served.tenant.id] = nil
        }
    }
}
