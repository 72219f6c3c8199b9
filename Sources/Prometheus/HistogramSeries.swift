import CoreMetrics
import Synchronization

/// One series of a histogram. An observation is one comparison for each bucket it doesn't fit, and two atomic additions.
final class HistogramSeries: Series, RecorderHandler, TimerHandler {
    /// An object of its own for each, because an array can't hold atomics.
    private final class Bucket: Sendable {
        let count = Atomic<UInt64>(0)
    }

    private let bounds: [Double]
    /// How many observations fell between two bounds; the last is for those beyond all of them.
    private let buckets: [Bucket]
    private let sum = AtomicDouble()

    init(_ definition: MetricDefinition) {
        guard case .histogram(let bounds) = definition.kind else {
            preconditionFailure("Family makes histograms of definitions of histograms only")
        }
        self.bounds = bounds
        buckets = (0...bounds.count).map { _ in Bucket() }
    }

    func record(_ value: Double) {
        guard !value.isNaN else { return }
        var index = 0
        while index < bounds.count, value > bounds[index] { index += 1 }
        buckets[index].count.wrappingAdd(1, ordering: .relaxed)
        sum.add(value)
    }

    func record(_ value: Int64) { record(Double(value)) }

    /// In seconds, Prometheus' unit of time.
    func recordNanoseconds(_ duration: Int64) { record(Double(duration) / 1e9) }

    /// The count is that of the buckets, so that both agree however many observations come meanwhile.
    func write(_ labels: [Label], of definition: MetricDefinition, to text: inout ExpositionText) {
        var count: UInt64 = 0
        for (bucket, bound) in zip(buckets, bounds + [.infinity]) {
            count += bucket.count.load(ordering: .relaxed)
            text.sample(
                definition.name + "_bucket", labels + [Label(name: "le", value: ExpositionText.number(bound))],
                String(count))
        }
        text.sample(definition.name + "_sum", labels, ExpositionText.number(sum.load()))
        text.sample(definition.name + "_count", labels, String(count))
    }
}
