import CoreMetrics
import Synchronization

/// One series of a counter.
final class CounterSeries: Series, CounterHandler, FloatingPointCounterHandler {
    private let whole = Atomic<Int64>(0)
    private let real = AtomicDouble()

    init(_ definition: MetricDefinition) {}

    /// A counter never goes back: anything below zero is left out.
    func increment(by amount: Int64) {
        guard amount > 0 else { return }
        whole.wrappingAdd(amount, ordering: .relaxed)
    }

    func increment(by amount: Double) {
        guard amount > 0, amount.isFinite else { return }
        real.add(amount)
    }

    /// Prometheus takes this for a restart, as it should.
    func reset() {
        whole.store(0, ordering: .relaxed)
        real.store(0)
    }

    func write(_ labels: [Label], of definition: MetricDefinition, to text: inout ExpositionText) {
        let (whole, real) = (whole.load(ordering: .relaxed), real.load())
        text.sample(definition.name, labels, real == 0 ? String(whole) : ExpositionText.number(Double(whole) + real))
    }
}
