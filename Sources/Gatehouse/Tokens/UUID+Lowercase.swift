public import FoundationEssentials

extension UUID {
    /// The form in which ids travel: 36 characters, lower-case.
    public var lowercaseString: String {
        String(decoding: lowercaseBytes, as: UTF8.self)
    }

    /// Reads an id in lower case; nothing else that `UUID` would accept.
    public init?(lowercaseString text: String) {
        guard let id = UUID(uuidString: text), id.lowercaseString.hasSameCodePoints(as: text) else { return nil }
        self = id
    }

    /// The 16 bytes of the id.
    var bytes: [UInt8] {
        withUnsafeBytes(of: uuid) { Array($0) }
    }

    private var lowercaseBytes: [UInt8] {
        var text: [UInt8] = []
        text.reserveCapacity(36)
        for (index, byte) in bytes.enumerated() {
            if index == 4 || index == 6 || index == 8 || index == 10 { text.append(UInt8(ascii: "-")) }
            Hexadecimal.append(byte, to: &text)
        }
        return text
    }
}
