import Gatehouse
import Testing

@Suite struct Base64URLTests {
    @Test(
        "The vectors of RFC 4648, without padding",
        arguments: [
            ("", ""), ("f", "Zg"), ("fo", "Zm8"), ("foo", "Zm9v"), ("foob", "Zm9vYg"), ("fooba", "Zm9vYmE"),
            ("foobar", "Zm9vYmFy"),
        ])
    func vectors(plain: String, text: String) {
        #expect(Base64URL.encode(Array(plain.utf8)) == text)
        #expect(Base64URL.decode(text) == Array(plain.utf8))
    }

    @Test("The alphabet is the URL-safe one (RFC 7515 appendix C)")
    func alphabet() {
        #expect(Base64URL.encode([3, 236, 255, 224, 193]) == "A-z_4ME")
        #expect(Base64URL.decode("A-z_4ME") == [3, 236, 255, 224, 193])
    }

    @Test("Every byte in every position comes back")
    func roundTrip() {
        for byte in UInt8.min ... .max {
            for length in 1...5 {
                for index in 0..<length {
                    var bytes = [UInt8](repeating: 0xA5, count: length)
                    bytes[index] = byte
                    #expect(Base64URL.decode(Base64URL.encode(bytes)) == bytes)
                }
            }
        }
    }

    @Test(
        "Nothing but the canonical form is decoded",
        arguments: [
            "Zg==", "Zg=", "=", "Z", "Zm9vY", "Zh", "Zn", "Zm9", "Zm+v", "Zm/v", "Zm 9v", "Zm9v\n", " Zm9v", "Zm9v.",
            "Zmé", "\u{0}g",
        ])
    func refused(text: String) {
        #expect(Base64URL.decode(text) == nil)
    }

    @Test("Of all texts of two characters, one for each byte is decoded")
    func canonical() {
        let characters = (0x21...0x7E).compactMap { Unicode.Scalar($0).map(Character.init) }
        let decoded = characters.flatMap { first in characters.map { String([first, $0]) } }
            .filter { Base64URL.decode($0) != nil }
        #expect(decoded.count == 256)
    }
}
