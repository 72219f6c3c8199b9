public import Logging
public import Postgres
internal import Synchronization

/// Says in the log why the database fails: when that begins, when the cause changes, at most once a minute, and once when it is over.
///
/// It hears of it from the pool, by ``hear(_:)``.
public final class DatabaseWatch: Sendable {
    private let logger: Logger
    private let isWatching = Atomic<Bool>(false)
    /// Whether it has said so last, for what is asked at every statement.
    private let isFailing = Atomic<Bool>(false)
    private let trouble = Mutex(DatabaseTrouble())

    public init(logger: Logger) {
        self.logger = logger
    }

    /// Until then it says nothing: a start that fails is told otherwise.
    public func begin() {
        isWatching.store(true, ordering: .relaxed)
    }

    public func hear(_ event: PoolEvent) {
        switch event {
        case .answered: if isFailing.load(ordering: .relaxed) { note(success: event) }
        case .opened: note(success: event)
        case .failed(let error): note(error)
        }
    }

    private func note(_ error: PostgresError) {
        guard isWatching.load(ordering: .relaxed), let fault = DatabaseFault(error), fault.isOfDatabase else { return }
        let isToBeSaid = trouble.withLock { trouble in
            defer { isFailing.store(trouble.said != nil, ordering: .relaxed) }
            return trouble.failed(by: fault, at: .now)
        }
        if isToBeSaid { logger.warning("The database fails.", metadata: DatabaseFault.metadata(of: error)) }
    }

    private func note(success event: PoolEvent) {
        let byOpening = if case .opened = event { true } else { false }
        let isOver = trouble.withLock { trouble in
            defer { isFailing.store(trouble.said != nil, ordering: .relaxed) }
            return trouble.succeeded(byOpening: byOpening, at: .now)
        }
        if isOver { logger.notice("The database is well again.") }
    }
}
