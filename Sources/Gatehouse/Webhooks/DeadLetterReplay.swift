import FoundationEssentials

/// How far a replay of all dead letters of a tenant has come.
///
/// Each page falls due a second after the one before it: whoever takes something for another tenant reads past all that is due of one that
/// has its share under way.
struct DeadLetterReplay: Sendable {
    struct Page: Sendable {
        let count: Int
        /// Nil where no page follows.
        let last: UUID?
        let began: Date
    }

    /// How many messages have been queued.
    private(set) var count = 0
    private(set) var pages = 0
    /// The last message of the last page.
    private(set) var last = UUID.nilUUID
    /// By the database's clock; nil before the first page.
    private(set) var began: Date?
    private(set) var isOver = false

    func followed(by page: Page) -> DeadLetterReplay {
        var next = self
        next.count += page.count
        next.pages += 1
        next.began = page.began
        if let last = page.last { next.last = last } else { next.isOver = true }
        return next
    }
}
