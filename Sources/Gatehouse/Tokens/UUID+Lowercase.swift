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
        withUnsafeBytes(of: uuid) { bytes in
            func write(_ group: Range<Int>, at start: Int) {
                for index in group {
                    let position = start + 2 * (index - group.lowerBound)
                    text[position] = Hexadecimal.digit(bytes[index] >> 4)
                    text[position + 1] = Hexadecimal.digit(bytes[index] & 0x0F)
                }
            }
            write(0..<4, at: 0)
            write(4..<6, at: 9)
            write(6..<8, at: 14)
            write(8..<10, at: 19)
            write(10..<16, at: 24)
        }
        (text[8], text[13], text[18], text[23]) = (Self.hyphen, Self.hyphen, Self.hyphen, Self.hyphen)
    }

    /// Reads an id in exactly the form of `lowercaseString`.
    public init?(lowercaseString text: String) {
        var text = text
        guard let id = text.withUTF8(UUID.init(lowercaseText:)) else { return nil }
        self = id
    }

    /// The same of its bytes.
    init?(lowercaseText text: UnsafeBufferPointer<UInt8>) {
        guard let id = Self.id(text) else { return nil }
        self.init(uuid: id)
    }

    private static func id(_ text: UnsafeBufferPointer<UInt8>) -> uuid_t? {
        guard text.count == textLength else { return nil }
        var id = (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0) as uuid_t
        let isWellFormed = withUnsafeMutableBytes(of: &id) { bytes in
            var digits = 0
            for index in 0..<textLength {
                if isHyphen(at: index) {
                    guard text[index] == hyphen else { return false }
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

    static var textLength: Int { 36 }
    private static var hyphen: UInt8 { UInt8(ascii: "-") }

    private static func isHyphen(at index: Int) -> Bool {
        index == 8 || index == 13 || index == 18 || index == 23
    }
}
