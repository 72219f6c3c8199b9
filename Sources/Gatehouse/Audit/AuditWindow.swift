import FoundationEssentials

/// What has been shown already of the events that may still be joined by others: a transaction that took long makes its
/// events visible after later ones.
struct AuditWindow {
    static let page = 1000
    private static let longestTransaction: Duration = .seconds(60)

    /// What is looked for next is of that moment or later, and of that moment after that id: one moment may have more events than a
    /// page.
    private(set) var start: Date
    private(set) var after = UUID.nilUUID
    private let first: Date
    /// The latest moment of the database's that is known to have come.
    private var latest: Date
    private var seen: [UUID: Date] = [:]

    init(start: Date) {
        self.start = start
        first = start
        latest = start
    }

    /// All pages that follow, until one isn't full, are read after `now`: so time goes by also where no events come.
    mutating func beginLook(at now: Date) {
        latest = max(latest, now)
    }

    /// Those not shown before, for good.
    mutating func unseen(of events: [RecordedEvent]) -> [RecordedEvent] {
        let new = events.filter { seen[$0.id] == nil }
        for event in new {
            seen[event.id] = event.at
            latest = max(latest, event.at)
        }
        let complete = max(first, latest - Self.longestTransaction)
        seen = seen.filter { $0.value >= complete }
        // A full page is followed by the next one; otherwise what is late has a minute.
        if let last = events.last, events.count == Self.page {
            (start, after) = (last.at, last.id)
        } else {
            (start, after) = (complete, .nilUUID)
        }
        return new
    }
}
