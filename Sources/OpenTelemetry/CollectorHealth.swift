/// What the log is told of the collector: when it begins not to take spans, when that is over, and that spans are lost although it takes
/// them, because more came than the queue holds.
struct CollectorHealth {
    enum News: Equatable {
        case ill(reason: String)
        /// Spans are counted since the start.
        case wellAgain(lost: Int)
        case lost(Int)
    }

    /// Between two lines about lost spans.
    private static let pause = Duration.seconds(60)

    private var isWell = true
    private var told = 0
    private var quietUntil: ContinuousClock.Instant?

    /// - Parameters:
    ///   - failure: Why a batch hasn't arrived; nil when it has.
    ///   - lost: How many spans were lost since the start.
    mutating func news(after failure: String?, lost: Int, at now: ContinuousClock.Instant) -> News? {
        if let failure {
            defer { isWell = false }
            return isWell ? .ill(reason: failure) : nil
        }
        guard isWell else {
            isWell = true
            told = lost
            return .wellAgain(lost: lost)
        }
        if let quietUntil, now < quietUntil { return nil }
        guard let news = lastNews(lost: lost) else { return nil }
        told = lost
        quietUntil = now + Self.pause
        return news
    }

    /// What is still to be told when nothing more will be sent.
    func lastNews(lost: Int) -> News? {
        lost > told ? .lost(lost) : nil
    }
}
