import CoreMetrics
import FoundationEssentials
public import Logging
import Postgres
import Synchronization

/// The tenants a running instance serves: a bounded cache of `ServedTenant`, filled on demand.
///
/// Its cost depends on how many tenants are in use, not on how many there are. An unknown slug is looked up each time, as there may
/// be such a tenant by now; look-ups have a share of the connections, beyond which they wait. A change of a tenant or its keys is heard
/// through LISTEN and drops what was read; while the listener is down that is used for at most five seconds. A tenant that is known is
/// read again on its own account, and doesn't wait for those look-ups.
public final class TenantDirectory: Sendable {
    private let loader: TenantLoader
    private let listener: Listener
    private let logger: Logger
    private let metrics: KeyMetrics
    private let state: Mutex<State>

    private struct State {
        var cache: TenantCache
        /// By slug, so that of many requests for a tenant that isn't in memory one asks the database.
        var loads: [String: Load] = [:]
        var lastLoad = 0
    }

    private struct Load {
        let id: Int
        let epoch: Int
        let task: Task<ServedTenant, any Error>
    }

    /// How old an entry may be while nothing would tell of its change.
    static let longestUnheard: Duration = .seconds(5)

    public init(
        database: Database, sealer: KeySealer, publicURL: String, listenURL: String, capacity: Int = 1024,
        clock: Clock = .system, logger: Logger, metrics: KeyMetrics = KeyMetrics()
    ) {
        loader = TenantLoader(
            database: database, sealer: sealer, publicURL: publicURL, clock: clock, logger: logger, metrics: metrics)
        listener = Listener(
            listenURL, channels: ["gatehouse_tenants"],
            applicationName: InstancePresence.applicationName(accepting: sealer.keys))
        self.logger = logger
        self.metrics = metrics
        state = Mutex(State(cache: TenantCache(capacity: capacity)))
    }

    /// The tenant of that slug. Throws `Refusal.tenantNotFound` for one that is unknown or disabled, and when it isn't cached and
    /// can't be read the `PostgresError` that says why, or `Refusal.overloaded`.
    nonisolated(nonsending) public func tenant(slug: String) async throws -> ServedTenant {
        let now = ContinuousClock.now
        let wall = loader.clock.now()
        if let cached = state.withLock({ $0.cache.lookUp(slug, now: now, wall: wall) }) {
            metrics.hits.increment()
            return try Self.enabled(cached)
        }
        guard TenantSlug.isWellFormed(slug) else { throw Refusal.tenantNotFound }
        metrics.misses.increment()
        return try Self.enabled(try await load(slug))
    }

    /// The same tenant as it is after what took its time: a key that was revoked meanwhile signs nothing.
    ///
    /// Where it can't be read just now it is as it was: what has been committed is answered, and a token of a key that was revoked
    /// meanwhile is taken nowhere. Throws `tenantNotFound` where it was disabled or deleted.
    nonisolated(nonsending) func current(_ served: ServedTenant) async throws -> ServedTenant {
        let known: ServedTenant
        do {
            known = try await tenant(slug: served.tenant.slug)
        } catch Refusal.overloaded {
            return served
        } catch let error as PostgresError where error.isUnavailability {
            return served
        }
        guard known.tenant.id == served.tenant.id else { throw Refusal.tenantNotFound }
        return served.replaced(by: known)
    }

    /// The origins whose scripts may be told why the tenant of that slug isn't served: those it allowed when it was read last, however
    /// long ago. Nothing else goes by them. Nil where nothing is known of such a tenant, or that it is disabled.
    public func lastKnownOrigins(of slug: String) -> [String]? {
        state.withLock { $0.cache.allowedOrigins(of: slug) }
    }

    /// A token named a key the cache doesn't know: the tenant as it is read again for that, at most once per second.
    ///
    /// Who comes while that is going on waits for it, since they may bring the same key; who comes later in that second
    /// gets what is known by then.
    func reread(_ served: ServedTenant) async throws -> ServedTenant {
        let slug = served.tenant.slug
        let (isFirst, load) = state.withLock { state in
            let isFirst = state.cache.mayReread(slug, now: .now)
            return (isFirst, isFirst ? begin(slug, known: served.tenant.id, &state) : state.loads[slug])
        }
        guard let load else { return try await tenant(slug: slug) }
        if isFirst { metrics.rereads.increment() }
        do {
            return try Self.enabled(try await load.task.value)
        } catch {
            // Nobody has learnt anything: the next one may try again, instead of being told that there is no such key.
            state.withLock { $0.cache.allowReread(slug) }
            throw error
        }
    }

    /// Listens for changes until the task is cancelled.
    public func run() async {
        var (isDeaf, hasWarned) = (false, false)
        for await event in listener {
            if case .disconnected(let cause) = event {
                // Another connection follows one that was lost, or an attempt that says why there is none.
                let isToBeReplaced = if case .connectionLost = cause { !isDeaf } else { false }
                if !isToBeReplaced, !hasWarned {
                    warnOfDeafness(by: cause)
                    hasWarned = true
                }
            }
            // Before anything that is read again may be kept without an age limit. The pool's connections may lead to the server that
            // the listener has lost, which may go on answering, read-only, while its successor changes. Where the listener's
            // connection alone was lost, theirs stay.
            if case .listening(onAnotherServer: true) = event { loader.database.untenanted.renew() }
            if case .disconnected = event { isDeaf = true } else { (isDeaf, hasWarned) = (false, false) }
            hear(event)
        }
        metrics.listenerConnected.set(0)
        state.withLock { $0.cache.freshness = Self.longestUnheard }
    }

    private func hear(_ event: ListenerEvent) {
        switch event {
        case .listening:
            state.withLock {
                $0.cache.dropAll()
                $0.cache.freshness = nil
            }
            metrics.listenerConnected.set(1)
        case .notification(_, let payload):
            guard let id = UUID(uuidString: payload) else { return }
            state.withLock { $0.cache.drop(id) }
        case .disconnected:
            metrics.listenerConnected.set(0)
            state.withLock { $0.cache.freshness = Self.longestUnheard }
        }
    }

    private func warnOfDeafness(by cause: PostgresError) {
        logger.warning(
            "Changes of tenants can't be heard of. Entries are re-read every few seconds until they can.",
            metadata: DatabaseFault.metadata(of: cause))
    }

    /// Joins a load that is under way only if nothing has been heard of since it began: what it reads may be older than
    /// the change. `reread`, which looks for a key that was made a moment ago, begins one of its own.
    private func load(_ slug: String) async throws -> ServedTenant {
        let load = state.withLock { state in
            if let load = state.loads[slug], load.epoch == state.cache.changes.epoch { return load }
            return begin(slug, known: state.cache.tenantID(of: slug), &state)
        }
        return try await load.task.value
    }

    private func begin(_ slug: String, known: UUID?, _ state: inout State) -> Load {
        state.lastLoad += 1
        let id = state.lastLoad
        let epoch = state.cache.changes.epoch
        let load = Load(id: id, epoch: epoch, task: Task { try await perform(slug, known: known, id, epoch) })
        state.loads[slug] = load
        return load
    }

    private func perform(_ slug: String, known: UUID?, _ id: Int, _ epoch: Int) async throws -> ServedTenant {
        let begun = ContinuousClock.now
        defer { state.withLock { if $0.loads[slug]?.id == id { $0.loads[slug] = nil } } }
        do {
            let served = try await loader.load(slug, onAccountOf: known)
            state.withLock { $0.cache.insert(served, readAt: begun, epoch: epoch) }
            return served
        } catch Refusal.tenantNotFound {
            state.withLock { $0.cache.forget(slug, readAt: begun) }
            throw Refusal.tenantNotFound
        }
    }

    private static func enabled(_ served: ServedTenant) throws(Refusal) -> ServedTenant {
        guard served.tenant.isEnabled else { throw .tenantNotFound }
        return served
    }
}
