/// A JSON number in the form in which it was written, so that no precision is lost between reading and writing.
///
/// `1`, `1.0` and `1e0` are three different values of this type.
public struct JSONNumber: Sendable, Hashable {
    /// The number as RFC 8259 writes it.
    public let text: String

    public init(_ value: Int) {
        text = String(value)
    }

    /// The shortest text that reads as this number; nil for one that JSON has no text for.
    public init?(_ value: Double) {
        guard value.isFinite else { return nil }
        text = value.description
    }

    /// Trusts the reader, which has checked the grammar.
    init(checked text: String) {
        self.text = text
    }

    /// The value, when it is written without fraction and exponent and fits.
    public var integer: Int? { Int(text) }
}
