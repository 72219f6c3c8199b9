public import FoundationEssentials

extension UUID {
    /// The form in which ids travel: 36 characters, lower-case.
    public var lowercaseString: String {
        String(unsafeUninitializedCapacity: 36) { text in
            var position = 0
            withUnsafeBytes(of: uuid) { bytes in
                for byte in bytes {
                    if Self.isHyphen(at: position) {
                        text[position] = UInt8(ascii: "-")
                        position += 1
                    }
                    text[position] = Hexadecimal.digit(byte >> 4)
                    text[position + 1] = Hexadecimal.digit(byte & 0x0F)
                    position += 2
                }
            }
            return position
        }
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

    private static func isHyphen(at index: Int) -> Bool {
        index == 8 || index == 13 || index == 18 || index == 23
    }
}
