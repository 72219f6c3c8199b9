/// Reads the value of `Forwarded`: elements by comma, in each `name=value` pairs by semicolon (RFC 7239, section 4).
struct ForwardedReader {
    private let bytes: [UInt8]
    private var position = 0

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// The `for` of every element, nil for one without; or nil when this is no `Forwarded` at all.
    mutating func nodes() -> [String?]? {
        var nodes: [String?] = []
        repeat {
            guard let pairs = element() else { return nil }
            let found = pairs.filter { $0.name == "for" }
            guard found.count <= 1 else { return nil }
            nodes.append(found.first?.value)
        } while skip(UInt8(ascii: ","))
        return position == bytes.count ? nodes : nil
    }

    private mutating func element() -> [(name: String, value: String)]? {
        var pairs: [(name: String, value: String)] = []
        repeat {
            skipSpaces()
            guard let name = token(), skip(UInt8(ascii: "=")), let value = value() else { return nil }
            pairs.append((name.lowercased(), value))
            skipSpaces()
        } while skip(UInt8(ascii: ";"))
        return pairs
    }

    private mutating func value() -> String? {
        guard skip(UInt8(ascii: "\"")) else { return token() }
        var text: [UInt8] = []
        while position < bytes.count {
            let byte = bytes[position]
            position += 1
            switch byte {
            case UInt8(ascii: "\""): return String(decoding: text, as: UTF8.self)
            case UInt8(ascii: "\\"):
                guard position < bytes.count else { return nil }
                text.append(bytes[position])
                position += 1
            default: text.append(byte)
            }
        }
        return nil
    }

    private mutating func token() -> String? {
        let start = position
        while position < bytes.count, HTTPText.isTokenByte(bytes[position]) { position += 1 }
        return position > start ? String(decoding: bytes[start..<position], as: UTF8.self) : nil
    }

    private mutating func skip(_ byte: UInt8) -> Bool {
        guard position < bytes.count, bytes[position] == byte else { return false }
        position += 1
        return true
    }

    private mutating func skipSpaces() {
        while position < bytes.count, bytes[position] == 0x20 || bytes[position] == 0x09 { position += 1 }
    }
}
