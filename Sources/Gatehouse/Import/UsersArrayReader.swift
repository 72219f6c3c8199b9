/// Takes the elements of the array `users` out of one JSON document, however long that is: what stands around them is passed over
/// and looked at no closer than to find its end.
struct UsersArrayReader {
    /// The most that one element may have.
    static let limit = 1_048_576

    private enum Place {
        case start
        case members
        case users
        case end
    }

    private var input: ByteInput
    private var place = Place.start
    private var isFirst = true
    private var hasUsers = false

    init(_ input: ByteInput) {
        self.input = input
    }

    /// Throws `invalidSetting` where the document isn't an object with such an array, or isn't finished.
    mutating func next() throws -> Record<[UInt8]>? {
        while place != .end {
            switch place {
            case .start:
                guard try token() == UInt8(ascii: "{") else { throw Self.noObject }
                (place, isFirst) = (.members, true)
            case .members: try member()
            case .users:
                if try !continues(before: UInt8(ascii: "]")) {
                    (place, isFirst) = (.members, false)
                    continue
                }
                try skipSpace()
                let line = input.line
                return Record(line: line, content: try value())
            case .end: break
            }
        }
        return nil
    }

    private mutating func member() throws {
        guard try continues(before: UInt8(ascii: "}")) else {
            guard hasUsers else { throw Self.noUsers }
            guard try token() == nil else { throw Self.broken }
            return place = .end
        }
        try skipSpace()
        guard try input.peek() == UInt8(ascii: "\""), case .success(let name) = try value(),
            try token() == UInt8(ascii: ":")
        else { throw Self.broken }
        guard name == Array("\"users\"".utf8) else { return _ = try value() }
        guard !hasUsers, try token() == UInt8(ascii: "[") else { throw Self.noUsers }
        (place, isFirst, hasUsers) = (.users, true, true)
    }

    /// Whether another element or member follows, or what closes them; takes the comma, or that.
    private mutating func continues(before end: UInt8) throws -> Bool {
        try skipSpace()
        if try input.peek() == end {
            _ = try input.next()
            return false
        }
        defer { isFirst = false }
        guard try isFirst || input.next() == UInt8(ascii: ",") else { throw Self.broken }
        return true
    }

    /// The text of the value that comes next.
    private mutating func value() throws -> Result<[UInt8], FieldFault> {
        try skipSpace()
        var text = BoundedText()
        var depth = 0
        repeat {
            guard let byte = try input.next() else { throw Self.broken }
            text.append(byte)
            switch byte {
            case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"): depth -= 1
            case UInt8(ascii: "\""): try string(into: &text)
            case UInt8(ascii: ","), UInt8(ascii: ":"): guard depth > 0 else { throw Self.broken }
            default: if depth == 0 { try scalar(into: &text) }
            }
        } while depth > 0
        guard depth == 0 else { throw Self.broken }
        return text.result
    }

    private mutating func string(into text: inout BoundedText) throws {
        while let byte = try input.next() {
            text.append(byte)
            if byte == UInt8(ascii: "\"") { return }
            if byte == UInt8(ascii: "\\"), let escaped = try input.next() { text.append(escaped) }
        }
        throw Self.broken
    }

    /// A number or a word, up to what can't belong to it.
    private mutating func scalar(into text: inout BoundedText) throws {
        while let byte = try input.peek(), !Self.isSpace(byte), !",]}".utf8.contains(byte) {
            text.append(byte)
            _ = try input.next()
        }
    }

    private mutating func token() throws -> UInt8? {
        try skipSpace()
        return try input.next()
    }

    private mutating func skipSpace() throws {
        while let byte = try input.peek(), Self.isSpace(byte) { _ = try input.next() }
    }

    private static func isSpace(_ byte: UInt8) -> Bool {
        byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09
    }

    private static let noObject = Refusal.invalidSetting(
        "The file isn't a JSON object: it has to be the export of one realm or project.")
    private static let noUsers = Refusal.invalidSetting(
        "The export has no users: its member “users” has to be an array and to stand there once.")
    private static let broken = Refusal.invalidSetting("The file is no JSON, or is cut off.")
}

/// A text that grows to its limit and no further.
private struct BoundedText {
    private var bytes: [UInt8] = []
    private var isTooLong = false

    mutating func append(_ byte: UInt8) {
        if bytes.count < UsersArrayReader.limit { bytes.append(byte) } else { isTooLong = true }
    }

    var result: Result<[UInt8], FieldFault> {
        isTooLong ? .failure(.longerThan(UsersArrayReader.limit)) : .success(bytes)
    }
}
