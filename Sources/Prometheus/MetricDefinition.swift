/// What a metric is called, what it says, and by which labels its series are told apart.
public struct MetricDefinition: Sendable, Hashable {
    public enum Kind: Sendable, Hashable {
        case counter
        case gauge
        /// With the upper bounds of its buckets, ascending, `+Inf` left out.
        case histogram(buckets: [Double])
    }

    public let name: String
    public let kind: Kind
    /// In the order in which they are printed.
    public let labels: [String]
    /// One sentence, printed as `HELP`.
    public let help: String
    /// How many series there may be; what would be one more is counted in one series whose labels are all `other`.
    public let seriesLimit: Int
    /// The label that alone becomes `other` beyond the limit, so that the rest is still told apart there: by ``usualSeriesLimit`` series more,
    /// and after them as if there were no such label.
    public let overflowLabel: String?

    public init(
        _ kind: Kind, _ name: String, labels: [String] = [], help: String,
        seriesLimit: Int = MetricDefinition.usualSeriesLimit, overflowLabel: String? = nil
    ) {
        self.name = name
        self.kind = kind
        self.labels = labels
        self.help = help
        self.seriesLimit = max(1, seriesLimit)
        self.overflowLabel = overflowLabel
    }

    public static let usualSeriesLimit = 1000

    /// Buckets for what takes from a millisecond to ten seconds.
    public static let usualBuckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]
}

/// A definition that Prometheus would not take.
public struct InvalidMetric: Error, Equatable, CustomStringConvertible {
    public let description: String
}

extension MetricDefinition {
    func validate() throws(InvalidMetric) {
        func require(_ holds: Bool, _ complaint: String) throws(InvalidMetric) {
            if !holds { throw InvalidMetric(description: "\(name): \(complaint)") }
        }
        try require(MetricName.isMetric(name), "no metric may be called that")
        try require(labels.allSatisfy(MetricName.isLabel), "a label has no valid name")
        try require(Set(labels).count == labels.count, "a label is there twice")
        try require(overflowLabel.map { labels.contains($0) } ?? true, "the overflow label is none of its labels")
        guard case .histogram(let buckets) = kind else { return }
        try require(!labels.contains("le"), "the label le belongs to the buckets")
        try require(buckets.allSatisfy(\.isFinite), "a bucket has no finite bound")
        try require(zip(buckets, buckets.dropFirst()).allSatisfy(<), "the buckets don't ascend")
    }
}
