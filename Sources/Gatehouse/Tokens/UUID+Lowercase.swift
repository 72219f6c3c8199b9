public import FoundationEssentials

extension UUID {
    /// The form in which ids travel: 36 characters, lower-case.
    public var lowercaseString: String {
        String(unsafeUninitializedCapacity: Self.textLength) { text in
            writeLowercase(to: text[...])
            return Self.textLength
        }
    }

    /// Appends the characters of `lowercaseString`.
    func appendLowercase(to bytes: inout [UInt8]) {
        let start = bytes.count
        bytes.append(contentsOf: repeatElement(0, count: Self.textLength))
        bytes.withUnsafeMutableBufferPointer { writeLowercase(to: $0[start...]) }
    }

    private func writeLowercase(to text: Slice<UnsafeMutableBufferPointer<UInt8>>) {
        let text = UnsafeMutableBufferPointer(rebasing: text)
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
    }

    /// Reads an id in exactly the form of `lowercaseString`.
    public init?(lowercaseString text: String) {
        var text = text
        guard let id = text.withUTF8(Self.id) else { return nil }
        self.init(uuid: id)
    }

    private static func id(_ text: UnsafeBufferPointer<UInt8>) -> uuid_t? {
        guard text.count == textLength else { return nil }
        var id = (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0) as uuid_t
        let isWellFormed = withUnsafeMutableBytes(of: &id) { bytes in
            var digits = 0
            for index in 0..<textLength {
                if isHyphen(at: index) {
                    guard text[index] == UInt8(ascii: "-") else { return false }
                    continue
                }
                guard let value = Hexadecimal.value(ofLowercase: text[index]) else { return false }
                bytes[digits / 2] = bytes[digits / 2] << 4 | value
                digits += 1
            }
            return true
        }
        return isWellFormed ? id : nil
    }

    /// The 16 bytes of the id.
    var bytes: [UInt8] {
        withUnsafeBytes(of: uuid) { Array($0) }
    }

    private static let textLength = 36

    private static func isHyphen(at index: Int) -> Bool {
        index == 8 || index == 13 || index == 18 || index == 23
    }
}
