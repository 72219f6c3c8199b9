/// Writes an object member by member into one buffer, for what is written on every request.
package struct JSONObjectWriter {
    private var bytes = [UInt8(ascii: "{")]

    package init(capacity: Int) {
        bytes.reserveCapacity(capacity)
    }

    package mutating func append(_ name: String, _ value: JSON) {
        appendName(name)
        value.append(to: &bytes)
    }

    package mutating func append(_ name: String, _ text: String) {
        appendName(name)
        JSON.append(text, to: &bytes)
    }

    package mutating func append(_ name: String, _ value: Int) {
        appendName(name)
        bytes.append(contentsOf: String(value).utf8)
    }

    package mutating func append(_ name: String, _ value: Bool) {
        append(name, JSON.bool(value))
    }

    package consuming func finished() -> [UInt8] {
        bytes.append(UInt8(ascii: "}"))
        return bytes
    }

    private mutating func appendName(_ name: String) {
        if bytes.count > 1 { bytes.append(UInt8(ascii: ",")) }
        JSON.append(name, to: &bytes)
        bytes.append(UInt8(ascii: ":"))
    }
}
