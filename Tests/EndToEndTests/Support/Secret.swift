import Foundation
import Gatehouse

/// Something that may be written down nowhere.
struct Secret: Sendable {
    let name: String
    let bytes: [UInt8]

    init(_ name: String, _ bytes: [UInt8]) {
        self.name = name
        self.bytes = bytes
    }

    init(_ name: String, _ text: String) {
        self.init(name, Array(text.utf8))
    }

    /// A token, whole and by its signature: who has that can put the rest together.
    static func token(_ name: String, _ token: String) -> [Secret] {
        let signature = token.split(separator: ".").last.map(String.init) ?? ""
        return [
            Secret(name, token), Secret("\(name), signature", signature),
            Secret("\(name), signature in bytes", Base64URL.decode(signature) ?? []),
        ]
    }

    /// What writers make of bytes.
    enum Form: String, CaseIterable {
        case raw
        case base64
        case base64url
        /// As PostgreSQL prints a `bytea`, too.
        case hexadecimal
        case upperHexadecimal = "HEXADECIMAL"
        /// As in URLs and forms.
        case percentEncoded
    }

    /// What to look for to find this form, also where it is part of something longer that was written in it.
    func traces(of form: Form) -> [[UInt8]] {
        switch form {
        case .raw: [bytes]
        case .base64: (0..<3).map { base64(after: $0) }
        case .base64url: (0..<3).map { base64(after: $0).map(Self.urlSafe) }
        case .hexadecimal: [hexadecimal(of: "0123456789abcdef")]
        case .upperHexadecimal: [hexadecimal(of: "0123456789ABCDEF")]
        case .percentEncoded: [percentEncoded]
        }
    }

    /// The whole letters of the secret where so many other bytes precede it.
    private func base64(after count: Int) -> [UInt8] {
        let text = Data([UInt8](repeating: 0, count: count) + bytes).base64EncodedString()
        return Array(text.utf8.prefix((count + bytes.count) * 8 / 6).dropFirst((count * 8 + 5) / 6))
    }

    private static func urlSafe(_ letter: UInt8) -> UInt8 {
        switch letter {
        case UInt8(ascii: "+"): UInt8(ascii: "-")
        case UInt8(ascii: "/"): UInt8(ascii: "_")
        default: letter
        }
    }

    private var percentEncoded: [UInt8] {
        bytes.flatMap { byte -> [UInt8] in
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"):
                [byte]
            default: Array("%\(byte < 16 ? "0" : "")\(String(byte, radix: 16, uppercase: true))".utf8)
            }
        }
    }

    private func hexadecimal(of alphabet: String) -> [UInt8] {
        let digits = Array(alphabet.utf8)
        return bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 0x0F)]] }
    }
}
