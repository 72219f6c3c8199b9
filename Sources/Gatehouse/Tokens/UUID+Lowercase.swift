public import FoundationEssentials

extension UUID {
    /// The form in which ids travel: 36 characters, lower-case.
    public var lowercaseString: String {
        String(decoding: lowercaseBytes, as: UTF8.self)
    }

    /// Reads an id in exactly the form of `lowercaseString`.
    public init?(lowercaseString text: String) {
        var id = (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0) as uuid_t
        var digits = 0
        let utf8 = text.utf8
        guard utf8.count == 36 else { return nil }
        for (index, character) in utf8.enumerated() {
            if Self.isHyphen(at: index) {
                guard character == UInt8(ascii: "-") else { return nil }
                continue
            }
            guard let value = Hexadecimal.value(ofLowercase: character) else { return nil }
            withUnsafeMutableBytes(of: &id) { $0[digits / 2] = $0[digits / 2] << 4 | value }
            digits += 1
        }
        self.init(uuid: id)
    }

    /// The 16 bytes of the id.
    var bytes: [UInt8] {
        withUnsafeBytes(of: uuid) { Array($0) }
    }

    private var lowercaseBytes: [UInt8] {
        var text: [UInt8] = []
        text.reserveCapacity(36)
        for byte in bytes {
            if Self.isHyphen(at: text.count) { text.append(UInt8(ascii: "-")) }
            Hexadecimal.append(byte, to: &text)
        }
        return text
    }

    private static func isHyphen(at index: Int) -> Bool {
        index == 8 || index == 13 || index == 18 || index == 23
    }
}
