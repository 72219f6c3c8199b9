public import CoreMetrics
import Synchronization

/// Everything that is measured in a process, as a backend of swift-metrics that prints Prometheus' text format.
///
/// ```swift
/// let registry = try PrometheusRegistry([
///     MetricDefinition(.counter, "jobs_total", labels: ["outcome"], help: "Jobs done.")
/// ])
/// let done = Counter(label: "jobs_total", dimensions: [("outcome", "done")], factory: registry)
/// ```
/// Counting takes no lock and allocates nothing; making a counter does both, so it is made once and kept. Of a metric
/// that isn't defined a definition is made at its first use, with the labels it is used with; a use that contradicts the
/// definition counts nowhere and is counted in ``refused``. There are never more series than the definitions allow.
public final class PrometheusRegistry: Sendable {
    private struct State {
        var families: [String: Family] = [:]
        var refused = 0
    }

    private let state: Mutex<State>
    private let undefinedLimit: Int

    /// - Parameter undefinedLimit: How many metrics may come in without a definition.
    /// - Throws: ``InvalidMetric`` for a definition that Prometheus would not take, or for two of one name.
    public init(_ definitions: [MetricDefinition] = [], undefinedLimit: Int = 100) throws(InvalidMetric) {
        var state = State()
        for definition in definitions {
            try definition.validate()
            guard state.families.updateValue(Family(definition), forKey: definition.name) == nil else {
                throw InvalidMetric(description: "\(definition.name): defined twice")
            }
        }
        self.undefinedLimit = definitions.count + undefinedLimit
        self.state = Mutex(state)
    }

    /// How often a metric was to be made that contradicts its definition, or was one too many.
    public var refused: Int { state.withLock { $0.refused } }

    /// Asks for values of a defined gauge or counter whenever it is printed. `read` is called by whoever prints, and must
    /// not wait for anything.
    public func read(_ name: String, _ read: @escaping @Sendable () -> [Reading]) {
        state.withLock { state in
            guard let family = state.families[name] else { return state.refused += 1 }
            family.read(read)
        }
    }

    /// Everything in the text format 0.0.4, by name and label values.
    public func text() -> String {
        var text = ExpositionText()
        for family in families { family.write(to: &text) }
        return text.text
    }

    private var families: [Family] {
        state.withLock { Array($0.families.values) }.sorted { $0.definition.name < $1.definition.name }
    }

    private func series<S: Series>(
        _ kind: MetricDefinition.Kind, _ label: String, _ dimensions: [(String, String)], as type: S.Type
    ) -> S? {
        let name = MetricName.metric(from: label)
        let family = state.withLock { $0.families[name] ?? define(kind, name, dimensions, &$0) }
        if let family, family.definition.kind.isLike(kind), let series = family.series(dimensions, as: type) {
            return series
        }
        state.withLock { $0.refused += 1 }
        return nil
    }

    private func define(
        _ kind: MetricDefinition.Kind, _ name: String, _ dimensions: [(String, String)], _ state: inout State
    ) -> Family? {
        guard state.families.count < undefinedLimit else { return nil }
        let labels = dimensions.map { MetricName.label(from: $0.0) }
        let definition = MetricDefinition(kind, name, labels: labels, help: "")
        guard (try? definition.validate()) != nil else { return nil }
        let family = Family(definition)
        state.families[name] = family
        return family
    }
}

extension PrometheusRegistry: MetricsFactory {
    public func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        series(.counter, label, dimensions, as: CounterSeries.self) ?? NOOPMetricsHandler.instance
    }

    public func makeFloatingPointCounter(
        label: String, dimensions: [(String, String)]
    ) -> any FloatingPointCounterHandler {
        series(.counter, label, dimensions, as: CounterSeries.self) ?? NOOPMetricsHandler.instance
    }

    public func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
        series(.gauge, label, dimensions, as: GaugeSeries.self) ?? NOOPMetricsHandler.instance
    }

    /// A histogram, or with `aggregate` false a gauge.
    public func makeRecorder(
        label: String, dimensions: [(String, String)], aggregate: Bool
    ) -> any RecorderHandler {
        guard aggregate else {
            return series(.gauge, label, dimensions, as: GaugeSeries.self) ?? NOOPMetricsHandler.instance
        }
        return series(.usualHistogram, label, dimensions, as: HistogramSeries.self) ?? NOOPMetricsHandler.instance
    }

    /// A histogram of seconds.
    public func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        series(.usualHistogram, label, dimensions, as: HistogramSeries.self) ?? NOOPMetricsHandler.instance
    }

    /// Series stay: Prometheus would take the end of one for the end of the process, and others may count in it still.
    public func destroyCounter(_ handler: any CounterHandler) {}
    public func destroyFloatingPointCounter(_ handler: any FloatingPointCounterHandler) {}
    public func destroyMeter(_ handler: any MeterHandler) {}
    public func destroyRecorder(_ handler: any RecorderHandler) {}
    public func destroyTimer(_ handler: any TimerHandler) {}
}

extension MetricDefinition.Kind {
    fileprivate static let usualHistogram = Self.histogram(buckets: MetricDefinition.usualBuckets)

    /// The same kind, whatever the buckets.
    fileprivate func isLike(_ other: Self) -> Bool {
        switch (self, other) {
        case (.counter, .counter), (.gauge, .gauge), (.histogram, .histogram): true
        default: false
        }
    }
}
