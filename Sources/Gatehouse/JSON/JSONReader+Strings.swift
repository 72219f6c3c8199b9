extension JSONReader {
    /// Reads the string whose opening quotation mark comes next.
    mutating func string() throws(JSONFault) -> String {
        position += 1
        let length = bytes.withUnsafeBufferPointer { bytes in
            PlainText.length(atStartOf: UnsafeBufferPointer(rebasing: bytes[position...]))
        }
        let beginning = bytes[position..<position + length]
        position += length
        switch next {
        case UInt8(ascii: "\""):
            position += 1
            return try Self.text(beginning)
        case UInt8(ascii: "\\"): return try escapedString(after: beginning)
        default: throw .malformed
        }
    }

    private mutating func escapedString(after beginning: ArraySlice<UInt8>) throws(JSONFault) -> String {
        var decoded = Array(beginning)
        while let byte = next {
            position += 1
            switch byte {
            case UInt8(ascii: "\""): return try Self.text(decoded[...])
            case UInt8(ascii: "\\"): try escape(into: &decoded)
            case 0..<0x20: throw .malformed
            default: decoded.append(byte)
            }
        }
        throw .malformed
    }

    private mutating func escape(into decoded: inout [UInt8]) throws(JSONFault) {
        guard let byte = next else { throw .malformed }
        position += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): decoded.append(byte)
        case UInt8(ascii: "b"): decoded.append(0x08)
        case UInt8(ascii: "f"): decoded.append(0x0C)
        case UInt8(ascii: "n"): decoded.append(0x0A)
        case UInt8(ascii: "r"): decoded.append(0x0D)
        case UInt8(ascii: "t"): decoded.append(0x09)
        case UInt8(ascii: "u"): decoded.append(contentsOf: Character(try escapedScalar()).utf8)
        default: throw .malformed
        }
    }

    private mutating func escapedScalar() throws(JSONFault) -> Unicode.Scalar {
        let unit = try codeUnit()
        if let scalar = Unicode.Scalar(unit) {
            if unit == 0 { hasForbiddenCharacter = true }
            return scalar
        }
        if UTF16.isLeadSurrogate(unit), let trail = trailSurrogate(),
            let scalar = Unicode.Scalar(0x10000 + UInt32(unit - 0xD800) << 10 + UInt32(trail - 0xDC00))
        {
            position += 6
            return scalar
        }
        hasForbiddenCharacter = true
        return Self.placeholder(for: unit)
    }

    /// Stands in for half a surrogate pair until the text is refused: each its own private-use scalar, so that names
    /// which differ still do.
    private static func placeholder(for surrogate: UInt16) -> Unicode.Scalar {
        Unicode.Scalar(0x100000 + UInt32(surrogate)) ?? "\u{FFFD}"
    }

    /// The second half of a pair, when an escape of one comes next; nothing is consumed.
    private func trailSurrogate() -> UInt16? {
        guard position + 6 <= bytes.count, bytes[position] == UInt8(ascii: "\\"),
            bytes[position + 1] == UInt8(ascii: "u"), let unit = Self.hexadecimal(bytes[position + 2..<position + 6])
        else { return nil }
        return UTF16.isTrailSurrogate(unit) ? unit : nil
    }

    private mutating func codeUnit() throws(JSONFault) -> UInt16 {
        guard position + 4 <= bytes.count, let unit = Self.hexadecimal(bytes[position..<position + 4]) else {
            throw .malformed
        }
        position += 4
        return unit
    }

    private static func hexadecimal(_ digits: ArraySlice<UInt8>) -> UInt16? {
        var unit: UInt16 = 0
        for digit in digits {
            switch digit {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): unit = unit << 4 | UInt16(digit - UInt8(ascii: "0"))
            case UInt8(ascii: "a")...UInt8(ascii: "f"): unit = unit << 4 | UInt16(digit - UInt8(ascii: "a") + 10)
            case UInt8(ascii: "A")...UInt8(ascii: "F"): unit = unit << 4 | UInt16(digit - UInt8(ascii: "A") + 10)
            default: return nil
            }
        }
        return unit
    }

    /// ASCII, which nearly all text is, needs no validation.
    private static func text(_ utf8: ArraySlice<UInt8>) throws(JSONFault) -> String {
        if utf8.allSatisfy({ $0 < 0x80 }) { return String(decoding: utf8, as: UTF8.self) }
        guard let text = String(validating: utf8, as: UTF8.self) else { throw .malformed }
        return text
    }
}
