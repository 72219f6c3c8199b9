/// Finds which members of a body hold `\u0000` or half of a surrogate pair.
///
/// The JSON reader says only that there is one somewhere. This looks at the members of the outermost object of a text
/// that is known to be well-formed, so that the answer can name the field.
struct ForbiddenCharacters {
    private let bytes: [UInt8]
    private var position = 0

    private init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// The names of those members, as they are written: one that itself holds such a character is no text otherwise. None where the
    /// text is no object.
    static func members(of bytes: [UInt8]) -> [String] {
        var scan = ForbiddenCharacters(bytes)
        return scan.isObject ? scan.members() : []
    }

    private var isObject: Bool {
        bytes.first { ![0x20, 0x09, 0x0A, 0x0D].contains($0) } == UInt8(ascii: "{")
    }

    private mutating func members() -> [String] {
        var names: [String] = []
        var depth = 0
        var name: String?
        var expectsName = false
        while position < bytes.count {
            switch bytes[position] {
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                depth += 1
                expectsName = depth == 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                depth -= 1
            case UInt8(ascii: ",") where depth == 1:
                expectsName = true
            case UInt8(ascii: ":") where depth == 1:
                expectsName = false
            case UInt8(ascii: "\""):
                let (text, isForbidden) = string()
                if expectsName, depth == 1 { name = text }
                if isForbidden, let found = name {
                    names.append(found)
                    name = nil
                }
                continue
            default: break
            }
            position += 1
        }
        return names
    }

    /// Reads the string that begins here: as written, escapes and all, and whether it holds a forbidden one.
    private mutating func string() -> (text: String, isForbidden: Bool) {
        position += 1
        let start = position
        var isForbidden = false
        while position < bytes.count, bytes[position] != UInt8(ascii: "\"") {
            if bytes[position] == UInt8(ascii: "\\") {
                isForbidden = escapeIsForbidden() || isForbidden
            } else {
                position += 1
            }
        }
        let text = String(decoding: bytes[start..<position], as: UTF8.self)
        position += 1
        return (text, isForbidden)
    }

    private mutating func escapeIsForbidden() -> Bool {
        guard let unit = codeUnit(at: position) else {
            position += 2
            return false
        }
        position += 6
        if UTF16.isLeadSurrogate(unit), let trail = codeUnit(at: position), UTF16.isTrailSurrogate(trail) {
            position += 6
            return false
        }
        return unit == 0 || UTF16.isSurrogate(unit)
    }

    private func codeUnit(at start: Int) -> UInt16? {
        guard start + 6 <= bytes.count, bytes[start] == UInt8(ascii: "\\"), bytes[start + 1] == UInt8(ascii: "u")
        else { return nil }
        return UInt16(String(decoding: bytes[start + 2..<start + 6], as: UTF8.self), radix: 16)
    }
}
