/// Base64 with or without padding, in the standard alphabet or the URL's: as other systems export salts and hashes.
enum StandardBase64 {
    static func decode(_ text: String) -> [UInt8]? {
        var digits = Array(text.utf8)
        while digits.last == UInt8(ascii: "=") { digits.removeLast() }
        guard text.utf8.count - digits.count <= 2, !digits.contains(UInt8(ascii: ".")) else { return nil }
        let standard = digits.map { digit in
            switch digit {
            case UInt8(ascii: "-"): UInt8(ascii: "+")
            case UInt8(ascii: "_"): UInt8(ascii: "/")
            default: digit
            }
        }
        return PHCBase64.decode(String(decoding: standard, as: UTF8.self))
    }
}
