/// The names of Prometheus' data model.
enum MetricName {
    /// `[a-zA-Z_:][a-zA-Z0-9_:]*`
    static func isMetric(_ name: String) -> Bool {
        isWord(name) { isLetter($0) || $0 == UInt8(ascii: ":") }
    }

    /// `[a-zA-Z_][a-zA-Z0-9_]*`; names that begin with two underscores are Prometheus' own.
    static func isLabel(_ name: String) -> Bool {
        isWord(name, isLetter) && !name.utf8.starts(with: "__".utf8)
    }

    /// A metric's name made of any text, such as the names with dots that swift-metrics is used to.
    static func metric(from text: String) -> String {
        word(from: text) { isLetter($0) || $0 == UInt8(ascii: ":") }
    }

    /// A label's name made of any text.
    static func label(from text: String) -> String {
        let name = word(from: text, isLetter)
        return name.utf8.starts(with: "__".utf8) ? "label" + name : name
    }

    private static func isWord(_ name: String, _ mayBegin: (UInt8) -> Bool) -> Bool {
        guard let first = name.utf8.first, mayBegin(first) else { return false }
        return name.utf8.allSatisfy { mayBegin($0) || isDigit($0) }
    }

    private static func word(from text: String, _ mayBegin: (UInt8) -> Bool) -> String {
        let name = String(
            decoding: text.utf8.map { mayBegin($0) || isDigit($0) ? $0 : UInt8(ascii: "_") }, as: UTF8.self)
        return name.utf8.first.map(mayBegin) == true ? name : "_" + name
    }

    private static func isLetter(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "_"): true
        default: false
        }
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }
}
