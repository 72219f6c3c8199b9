/// Writes an object member by member into one buffer, for what is written on every request.
struct JSONObjectWriter {
    private var bytes = [UInt8(ascii: "{")]

    init(capacity: Int) {
        bytes.reserveCapacity(capacity)
    }

    mutating func append(_ name: String, _ value: JSON) {
        appendName(name)
        value.append(to: &bytes)
    }

    mutating func append(_ name: String, _ text: String) {
        appendName(name)
        JSON.append(text, to: &bytes)
    }

    mutating func append(_ name: String, _ value: Int) {
        appendName(name)
        bytes.append(contentsOf: String(value).utf8)
    }

    mutating func append(_ name: String, _ value: Bool) {
        append(name, JSON.bool(value))
    }

    consuming func finished() -> [UInt8] {
        bytes.append(UInt8(ascii: "}"))
        return bytes
    }

    private mutating func appendName(_ name: String) {
        if bytes.count > 1 { bytes.append(UInt8(ascii: ",")) }
        JSON.append(name, to: &bytes)
        bytes.append(UInt8(ascii: ":"))
    }
}
