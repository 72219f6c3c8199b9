/// Waits between attempts to connect: each failure doubles the wait, and a random part keeps many clients of one
/// server from coming back together.
public struct Backoff: Hashable, Sendable {
    public var first: Duration
    public var longest: Duration

    public init(first: Duration = .milliseconds(50), longest: Duration = .seconds(2)) {
        self.first = first
        self.longest = longest
    }

    /// - Parameters:
    ///   - failures: Failed attempts in a row; the first retry waits up to ``first``.
    ///   - jitter: From 0 to 1; the wait is between half and all of what the failures call for.
    public func wait(afterFailures failures: Int, jitter: Double) -> Duration {
        guard failures > 0 else { return .zero }
        let doubled = first * (1 << min(failures - 1, 20))
        return min(doubled, longest) * (0.5 + jitter / 2)
    }
}
