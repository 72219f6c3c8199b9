import FoundationEssentials

/// Served tenants by slug, least recently used out first. A value without I/O; `TenantDirectory` guards it.
///
/// Of a tenant that has changed it keeps the id, so that it isn't looked up like one that somebody may have made up, and the origins
/// whose scripts may be told that it can't be read.
struct TenantCache {
    private struct Entry {
        let tenantID: UUID
        /// Nil of a tenant that is disabled.
        let allowedOrigins: [String]?
        /// Nil once the tenant may have changed: its keys stay in memory no longer than they are of use.
        var served: ServedTenant?
        let loadedAt: ContinuousClock.Instant
        var lastUse: UInt64
        var rereadAt: ContinuousClock.Instant?
    }

    private var entries: [String: Entry] = [:]
    /// One for each entry.
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
        guard let served = entry.served else { return nil }
        if let freshness, entry.loadedAt.duration(to: now) > freshness { return nil }
        if let until = served.validUntil, until <= wall { return nil }
        uses += 1
        entries.values[index].lastUse = uses
        return served
    }

    /// Which tenant had that slug when it was read last, however long ago; nil for a slug that isn't known.
    func tenantID(of slug: String) -> UUID? {
        entries[slug]?.tenantID
    }

    /// The allowed origins of the tenant that had that slug when it was read last, however long ago; nil for a slug that isn't known,
    /// and for a tenant that is disabled.
    func allowedOrigins(of slug: String) -> [String]? {
        entries[slug]?.allowedOrigins
    }

    /// Keeps what was read from `readAt` on, unless its tenant has changed since `epoch`: then it may be old.
    mutating func insert(_ served: ServedTenant, readAt: ContinuousClock.Instant, epoch: Int) {
        let (id, slug) = (served.tenant.id, served.tenant.slug)
        guard changes.isUnchanged(id, since: epoch) else { return }
        let known = entries[slug]
        if let known, known.loadedAt > readAt { return }
        // Another tenant may have had the slug before, and the tenant another slug.
        forget(slug)
        if let former = slugs[id] { forget(former) }
        uses += 1
        let tenant = served.tenant
        entries[slug] = Entry(
            tenantID: id, allowedOrigins: tenant.isEnabled ? tenant.settings.allowedOrigins : nil, served: served,
            loadedAt: readAt, lastUse: uses, rereadAt: known?.rereadAt)
        slugs[id] = slug
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

    /// The tenant has changed: what was read of it is served no longer.
    mutating func drop(_ id: UUID) {
        changes.note(id)
        if let slug = slugs[id] { drop(slug) }
    }

    mutating func dropAll() {
        changes.noteEverything()
        for slug in slugs.values { drop(slug) }
    }

    /// There was no tenant of that slug at `readAt`.
    mutating func forget(_ slug: String, readAt: ContinuousClock.Instant) {
        guard let known = entries[slug], known.loadedAt <= readAt else { return }
        forget(slug)
    }

    private mutating func drop(_ slug: String) {
        entries[slug]?.served = nil
        entries[slug]?.rereadAt = nil
    }

    private mutating func forget(_ slug: String) {
        guard let entry = entries.removeValue(forKey: slug) else { return }
        slugs[entry.tenantID] = nil
    }

    /// Forgets the least recently used eighth at once, so that a scan over all entries is paid for by many inserts.
    private mutating func evict() {
        let oldest = entries.sorted { $0.value.lastUse < $1.value.lastUse }.prefix(max(1, capacity / 8))
        for (slug, _) in oldest { forget(slug) }
    }
}
