/// What a `Host` field may say (RFC 9112, section 3.2): nothing, or a host as RFC 3986 has it and perhaps a port.
enum HostField {
    /// An address in brackets is read no further than for what no address has.
    static func isValid(_ value: String) -> Bool {
        var rest = value.utf8[...]
        if rest.first == UInt8(ascii: "[") {
            guard let end = rest.firstIndex(of: UInt8(ascii: "]")) else { return false }
            let address = rest[..<end].dropFirst()
            guard !address.isEmpty, address.allSatisfy(isOfAddress) else { return false }
            rest = rest[end...].dropFirst()
        } else {
            rest = rest.drop(while: isOfName)
            while rest.first == UInt8(ascii: "%") {
                let escape = rest.dropFirst().prefix(2)
                guard escape.count == 2, escape.allSatisfy(isHexDigit) else { return false }
                rest = rest.dropFirst(3).drop(while: isOfName)
            }
        }
        guard let first = rest.first else { return true }
        return first == UInt8(ascii: ":") && rest.dropFirst().allSatisfy(isDigit)
    }

    private static func isOfAddress(_ byte: UInt8) -> Bool { byte == UInt8(ascii: ":") || isOfName(byte) }

    /// Letters, digits and marks that stand for themselves (RFC 3986, `unreserved` and `sub-delims`).
    private static func isOfName(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
        // & ' ( ) * + , - .
        case UInt8(ascii: "&")...UInt8(ascii: "."): true
        case UInt8(ascii: "!"), UInt8(ascii: "$"), UInt8(ascii: ";"), UInt8(ascii: "="): true
        case UInt8(ascii: "_"), UInt8(ascii: "~"): true
        default: isDigit(byte)
        }
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }

    private static func isHexDigit(_ byte: UInt8) -> Bool {
        isDigit(byte) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte | 0x20)
    }
}
