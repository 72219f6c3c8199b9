/// The encoding of RFC 2045, section 6.7, for text: lines of at most 76 bytes that end with CR LF, whatever they ended with before.
struct QuotedPrintable {
    private(set) var bytes: [UInt8] = []
    private var column = 0

    init(_ text: String) {
        bytes.reserveCapacity(text.utf8.count * 5 / 4)
        var line: [UInt8] = []
        var previous: UInt8 = 0
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\n") where previous == UInt8(ascii: "\r"):
                break
            case UInt8(ascii: "\n"), UInt8(ascii: "\r"):
                append(line)
                endLine()
                line.removeAll(keepingCapacity: true)
            default:
                line.append(byte)
            }
            previous = byte
        }
        append(line)
    }

    private mutating func append(_ line: [UInt8]) {
        for (index, byte) in line.enumerated() {
            let isLast = index == line.count - 1
            let isLiteral = Self.isLiteral(byte, atLineEnd: isLast)
            // The last byte of a line that goes on is the sign that it does.
            if column + (isLiteral ? 1 : 3) > (isLast ? 76 : 75) {
                bytes.append(UInt8(ascii: "="))
                endLine()
            }
            if isLiteral {
                bytes.append(byte)
                column += 1
            } else {
                bytes.append(contentsOf: [UInt8(ascii: "="), Self.digits[Int(byte >> 4)], Self.digits[Int(byte & 15)]])
                column += 3
            }
        }
    }

    private mutating func endLine() {
        bytes.append(contentsOf: "\r\n".utf8)
        column = 0
    }

    /// A space at the end of a line would be taken away on the way.
    private static func isLiteral(_ byte: UInt8, atLineEnd: Bool) -> Bool {
        switch byte {
        case UInt8(ascii: "="): false
        case UInt8(ascii: " "), UInt8(ascii: "\t"): !atLineEnd
        default: (0x21...0x7E).contains(byte)
        }
    }

    private static let digits = Array("0123456789ABCDEF".utf8)
}
