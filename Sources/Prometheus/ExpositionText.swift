/// Writes Prometheus' text format, version 0.0.4.
struct ExpositionText {
    private(set) var text = ""

    mutating func begin(_ definition: MetricDefinition) {
        let type =
            switch definition.kind {
            case .counter: "counter"
            case .gauge: "gauge"
            case .histogram: "histogram"
            }
        if !definition.help.isEmpty {
            text += "# HELP \(definition.name) "
            append(escaping: definition.help, quotes: false)
            text += "\n"
        }
        text += "# TYPE \(definition.name) \(type)\n"
    }

    mutating func sample(_ name: String, _ labels: [Label], _ value: String) {
        text += name
        for (index, label) in labels.enumerated() {
            text += "\(index == 0 ? "{" : ",")\(label.name)=\""
            append(escaping: label.value, quotes: true)
            text += "\""
        }
        text += labels.isEmpty ? " " : "} "
        text += value
        text += "\n"
    }

    /// As Go reads it, whole numbers without a fraction.
    static func number(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value < 0 ? "-Inf" : "+Inf" }
        if let whole = Int64(exactly: value), abs(whole) < 1 << 53 { return String(whole) }
        return value.description
    }

    private mutating func append(escaping raw: String, quotes: Bool) {
        let isPlain = raw.utf8.allSatisfy {
            $0 != UInt8(ascii: "\\") && $0 != UInt8(ascii: "\n") && $0 != UInt8(ascii: "\"")
        }
        if isPlain { return text += raw }
        for character in raw.unicodeScalars {
            switch character {
            case "\\": text += "\\\\"
            case "\n": text += "\\n"
            case "\"" where quotes: text += "\\\""
            default: text.unicodeScalars.append(character)
            }
        }
    }
}

/// A label of one series.
struct Label: Sendable {
    let name: String
    let value: String
}
