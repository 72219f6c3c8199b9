import FoundationEssentials
public import Logging
import Postgres
import Synchronization

/// The tenants a running instance serves: a bounded cache of `ServedTenant`, filled on demand.
///
/// Its cost depends on how many tenants are in use, not on how many there are. A change of a tenant or its keys is heard
/// through LISTEN and drops the entry; while the listener is down an entry is used for at most five seconds.
public final class TenantDirectory: Sendable {
    private let loader: TenantLoader
    private let listener: Listener
    private let logger: Logger
    private let state: Mutex<TenantCache>

    /// How old an entry may be while nothing would tell of its change.
    static let longestUnheard: Duration = .seconds(5)

    public init(
        database: Database, sealer: KeySealer, publicURL: String, listenURL: String, capacity: Int = 1024,
        clock: Clock = .system, logger: Logger
    ) {
        loader = TenantLoader(database: database, sealer: sealer, publicURL: publicURL, clock: clock, logger: logger)
        listener = Listener(
            listenURL, channels: ["gatehouse_tenants"],
            applicationName: InstancePresence.applicationName(accepting: sealer.keys))
        self.logger = logger
        state = Mutex(TenantCache(capacity: capacity))
    }

    /// The tenant of that slug. Throws `Refusal.tenantNotFound` for one that is unknown or disabled, and
    /// `Refusal.databaseUnavailable` when it isn't cached and can't be read.
    public func tenant(slug: String) async throws -> ServedTenant {
        let now = ContinuousClock.now
        let wall = loader.clock.now()
        if let cached = state.withLock({ $0.lookUp(slug, now: now, wall: wall) }) {
            return try Self.enabled(cached)
        }
        guard TenantSlug.isWellFormed(slug) else { throw Refusal.tenantNotFound }
        return try Self.enabled(try await load(slug))
    }

    /// A token named a key the cache doesn't know: reads the tenant again, at most once per second, else nil.
    func reread(_ served: ServedTenant) async throws -> ServedTenant? {
        let slug = served.tenant.slug
        guard state.withLock({ $0.mayReread(slug, now: .now) }) else { return nil }
        return try Self.enabled(try await load(slug))
    }

    /// Listens for changes until the task is cancelled.
    public func run() async {
        var isDeaf = false
        for await event in listener {
            if case .disconnected = event, !isDeaf { warnOfDeafness() }
            if case .disconnected = event { isDeaf = true } else { isDeaf = false }
            hear(event)
        }
        state.withLock { $0.freshness = Self.longestUnheard }
    }

    private func hear(_ event: ListenerEvent) {
        switch event {
        case .listening:
            state.withLock {
                $0.removeAll()
                $0.freshness = nil
            }
        case .notification(_, let payload):
            guard let id = UUID(uuidString: payload) else { return }
            state.withLock { $0.remove(id) }
        case .disconnected:
            state.withLock { $0.freshness = Self.longestUnheard }
        }
    }

    /// Without libpq's own words: of a malformed address they may repeat a part that belongs to the password.
    private func warnOfDeafness() {
        logger.warning(
            """
            Changes of tenants can't be heard of: the database is away, or a pooler that passes no notifications stands \
            before it. Entries are re-read every few seconds until they can.
            """)
    }

    /// What was read while something changed may be old: it answers this request, which had begun before, and no other.
    private func load(_ slug: String) async throws -> ServedTenant {
        let epoch = state.withLock { $0.epoch }
        let served = try await loader.load(slug)
        state.withLock { cache in
            if cache.epoch == epoch { cache.insert(served, now: .now) }
        }
        return served
    }

    private static func enabled(_ served: ServedTenant) throws(Refusal) -> ServedTenant {
        guard served.tenant.isEnabled else { throw .tenantNotFound }
        return served
    }
}
