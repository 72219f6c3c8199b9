extension JSON {
    /// How many arrays and objects may be nested in each other.
    public static let maximumDepth = 32

    /// Reads one value in UTF-8, strictly by RFC 8259, in time linear to the length of the text.
    public static func parse(_ bytes: [UInt8], maximumDepth: Int = JSON.maximumDepth) throws(JSONFault) -> JSON {
        var reader = JSONReader(bytes, maximumDepth: maximumDepth)
        return try reader.document()
    }

    /// Reads one value, strictly by RFC 8259.
    public static func parse(_ text: String) throws(JSONFault) -> JSON {
        try parse(Array(text.utf8))
    }
}

/// A reader by recursive descent, whose recursion is bounded by the depth allowed.
///
/// Duplicate members and forbidden characters are only noted on the way, because they count only in a text that is
/// well-formed to its end.
struct JSONReader {
    static let maximumNumberLength = 128

    let bytes: [UInt8]
    var position = 0
    var hasForbiddenCharacter = false
    private var duplicate: String?
    private let maximumDepth: Int

    init(_ bytes: [UInt8], maximumDepth: Int) {
        self.bytes = bytes
        self.maximumDepth = maximumDepth
    }

    mutating func document() throws(JSONFault) -> JSON {
        skipWhitespace()
        let value = try self.value(depth: 0)
        skipWhitespace()
        guard position == bytes.count else { throw .malformed }
        if let duplicate { throw .duplicateMember(duplicate) }
        if hasForbiddenCharacter { throw .forbiddenCharacter }
        return value
    }

    var next: UInt8? {
        position < bytes.count ? bytes[position] : nil
    }

    private mutating func value(depth: Int) throws(JSONFault) -> JSON {
        switch next {
        case UInt8(ascii: "{"): return .object(try object(depth: depth + 1))
        case UInt8(ascii: "["): return .array(try array(depth: depth + 1))
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): try literal("true"); return .bool(true)
        case UInt8(ascii: "f"): try literal("false"); return .bool(false)
        case UInt8(ascii: "n"): try literal("null"); return .null
        default: return .number(try number())
        }
    }

    private mutating func object(depth: Int) throws(JSONFault) -> JSONObject {
        guard depth <= maximumDepth else { throw .malformed }
        position += 1
        skipWhitespace()
        if skip(UInt8(ascii: "}")) { return JSONObject() }
        var members: [JSONObject.Member] = []
        var seen = MemberNames()
        repeat {
            skipWhitespace()
            guard next == UInt8(ascii: "\"") else { throw .malformed }
            let name = try string()
            skipWhitespace()
            guard skip(UInt8(ascii: ":")) else { throw .malformed }
            skipWhitespace()
            let value = try self.value(depth: depth)
            if seen.isNew(name, after: members) {
                members.append(JSONObject.Member(name: name, value: value))
            } else if duplicate == nil {
                duplicate = name
            }
            skipWhitespace()
        } while skip(UInt8(ascii: ","))
        guard skip(UInt8(ascii: "}")) else { throw .malformed }
        return JSONObject(distinct: members)
    }

    private mutating func array(depth: Int) throws(JSONFault) -> [JSON] {
        guard depth <= maximumDepth else { throw .malformed }
        position += 1
        skipWhitespace()
        if skip(UInt8(ascii: "]")) { return [] }
        var elements: [JSON] = []
        repeat {
            skipWhitespace()
            elements.append(try value(depth: depth))
            skipWhitespace()
        } while skip(UInt8(ascii: ","))
        guard skip(UInt8(ascii: "]")) else { throw .malformed }
        return elements
    }

    private mutating func literal(_ word: StaticString) throws(JSONFault) {
        let end = position + word.utf8CodeUnitCount
        guard end <= bytes.count, word.withUTF8Buffer({ bytes[position..<end].elementsEqual($0) }) else {
            throw .malformed
        }
        position = end
    }

    private mutating func number() throws(JSONFault) -> JSONNumber {
        let start = position
        _ = skip(UInt8(ascii: "-"))
        if !skip(UInt8(ascii: "0")) { try digits() }
        if skip(UInt8(ascii: ".")) { try digits() }
        if skip(UInt8(ascii: "e")) || skip(UInt8(ascii: "E")) {
            _ = skip(UInt8(ascii: "+")) || skip(UInt8(ascii: "-"))
            try digits()
        }
        guard position - start <= Self.maximumNumberLength else { throw .malformed }
        return JSONNumber(checked: String(decoding: bytes[start..<position], as: UTF8.self))
    }

    private mutating func digits() throws(JSONFault) {
        let start = position
        while let byte = next, UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte { position += 1 }
        guard position > start else { throw .malformed }
    }

    private mutating func skip(_ byte: UInt8) -> Bool {
        guard next == byte else { return false }
        position += 1
        return true
    }

    private mutating func skipWhitespace() {
        while let byte = next, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { position += 1 }
    }
}

/// Recognises a name that has occurred in the same object, in constant time for any number of members.
private struct MemberNames {
    /// Up to here comparing with each is cheaper than hashing.
    private static let few = 16
    private var names: Set<ExactText> = []

    mutating func isNew(_ name: String, after members: [JSONObject.Member]) -> Bool {
        if members.count < Self.few {
            return !members.contains { $0.name.hasSameCodePoints(as: name) }
        }
        if names.isEmpty { names = Set(members.map { ExactText($0.name) }) }
        return names.insert(ExactText(name)).inserted
    }
}
