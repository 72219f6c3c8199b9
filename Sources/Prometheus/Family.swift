import Synchronization

/// One series of a metric: what is counted under one set of label values.
protocol Series: AnyObject, Sendable {
    init(_ definition: MetricDefinition)

    func write(_ labels: [Label], of definition: MetricDefinition, to text: inout ExpositionText)
}

/// All series of one metric. They stay until the process ends, and their number is bounded.
final class Family: Sendable {
    let definition: MetricDefinition

    private struct State {
        var series: [[String]: any Series] = [:]
        var readers: [@Sendable () -> [Reading]] = []
    }

    private let state = Mutex(State())

    init(_ definition: MetricDefinition) {
        self.definition = definition
    }

    /// The series of these label values, made on demand; nil unless they are those of the definition.
    ///
    /// It takes a lock and allocates, so whoever counts often keeps what it answers.
    func series<S: Series>(_ dimensions: [(String, String)], as _: S.Type) -> S? {
        guard let values = values(of: dimensions) else { return nil }
        return state.withLock { state in
            let key = key(of: values, in: state.series)
            if let known = state.series[key] { return known as? S }
            let made = S(definition)
            state.series[key] = made
            return made
        }
    }

    /// The label values under which these are counted: their own, as long as there is room for them.
    private func key(of values: [String], in series: [[String]: any Series]) -> [String] {
        let limit = definition.seriesLimit
        if values.isEmpty || series[values] != nil || series.count < limit { return values }
        if let overflowLabel = definition.overflowLabel {
            let merged = zip(definition.labels, values).map { $0 == overflowLabel ? Self.overflow : $1 }
            if series[merged] != nil || series.count < limit + MetricDefinition.usualSeriesLimit { return merged }
        }
        return definition.labels.map { _ in Self.overflow }
    }

    func read(_ reader: @escaping @Sendable () -> [Reading]) {
        state.withLock { $0.readers.append(reader) }
    }

    func write(to text: inout ExpositionText) {
        let (series, readers) = state.withLock { ($0.series, $0.readers) }
        text.begin(definition)
        for (values, series) in series.sorted(by: { $0.key.lexicographicallyPrecedes($1.key) }) {
            series.write(labels(values), of: definition, to: &text)
        }
        let readings = readers.flatMap { $0() }.filter { $0.labels.count == definition.labels.count }
        for reading in readings.prefix(definition.seriesLimit) {
            text.sample(definition.name, labels(reading.labels), ExpositionText.number(reading.value))
        }
    }

    private static let overflow = "other"

    private func labels(_ values: [String]) -> [Label] {
        zip(definition.labels, values).map { Label(name: $0, value: $1) }
    }

    /// The values in the order of the definition, in whatever order they are given.
    private func values(of dimensions: [(String, String)]) -> [String]? {
        guard dimensions.count == definition.labels.count else { return nil }
        var values: [String] = []
        for label in definition.labels {
            guard let dimension = dimensions.first(where: { MetricName.label(from: $0.0) == label }) else { return nil }
            values.append(dimension.1)
        }
        return values
    }
}

/// A value that is read when it is asked for.
public struct Reading: Sendable {
    /// In the order of the definition.
    public let labels: [String]
    public let value: Double

    public init(_ value: Double, labels: [String] = []) {
        self.value = value
        self.labels = labels
    }

    public init(_ value: some BinaryInteger, labels: [String] = []) {
        self.init(Double(value), labels: labels)
    }
}
