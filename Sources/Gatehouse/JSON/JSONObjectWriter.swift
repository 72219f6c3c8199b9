package import FoundationEssentials

/// Writes an object member by member into one buffer, for what is written on every request.
///
/// Names that stand in the program are written as they are: none of them has anything to escape.
package struct JSONObjectWriter {
    private var bytes: [UInt8] = []

    package init(capacity: Int) {
        bytes.reserveCapacity(capacity)
        bytes.append(UInt8(ascii: "{"))
    }

    package mutating func append(_ name: StaticString, _ value: JSON) {
        appendName(name)
        value.append(to: &bytes)
    }

    package mutating func append(_ name: StaticString, _ text: String) {
        appendName(name)
        JSON.append(text, to: &bytes)
    }

    package mutating func append(_ name: StaticString, _ value: Int) {
        appendName(name)
        DecimalDigits.append(value, to: &bytes)
    }

    package mutating func append(_ name: StaticString, _ value: Bool) {
        append(name, JSON.bool(value))
    }

    /// The id as `UUID.lowercaseString` writes it.
    package mutating func append(_ name: StaticString, _ id: UUID) {
        appendName(name)
        bytes.append(UInt8(ascii: "\""))
        id.appendLowercase(to: &bytes)
        bytes.append(UInt8(ascii: "\""))
    }

    /// A member whose name is anybody's text.
    package mutating func append(named name: String, _ value: JSON) {
        appendComma()
        JSON.append(name, to: &bytes)
        bytes.append(UInt8(ascii: ":"))
        value.append(to: &bytes)
    }

    package consuming func finished() -> [UInt8] {
        bytes.append(UInt8(ascii: "}"))
        return bytes
    }

    private mutating func appendName(_ name: StaticString) {
        appendComma()
        let name = UnsafeBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount)
        assert(PlainText.length(atStartOf: name) == name.count, "The name has to be escaped.")
        bytes.append(UInt8(ascii: "\""))
        bytes.append(contentsOf: name)
        bytes.append(UInt8(ascii: "\""))
        bytes.append(UInt8(ascii: ":"))
    }

    private mutating func appendComma() {
        if bytes.count > 1 { bytes.append(UInt8(ascii: ",")) }
    }
}
