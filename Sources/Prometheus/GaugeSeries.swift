import CoreMetrics

/// One series of a gauge: the last value that was set.
final class GaugeSeries: Series, MeterHandler, RecorderHandler {
    private let value = AtomicDouble()

    init(_ definition: MetricDefinition) {}

    func set(_ value: Int64) { self.value.store(Double(value)) }

    func set(_ value: Double) { self.value.store(value) }

    func increment(by amount: Double) { value.add(amount) }

    func decrement(by amount: Double) { value.add(-amount) }

    func record(_ value: Int64) { set(value) }

    func record(_ value: Double) { set(value) }

    func write(_ labels: [Label], of definition: MetricDefinition, to text: inout ExpositionText) {
        text.sample(definition.name, labels, ExpositionText.number(value.load()))
    }
}
