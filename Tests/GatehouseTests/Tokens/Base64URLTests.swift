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

    private static let alphabet = Set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)

    @Test("At every place of longer texts each foreign byte is found, and no other", arguments: 4...12)
    func foreign(count: Int) {
        let good = Array(Base64URL.encode([UInt8](repeating: 0xA5, count: count)).utf8)
        // The last character has spare bits where the bytes don't fill it.
        let lastHasSpareBits = count % 3 != 0
        for place in good.indices {
            var wrong: [UInt8] = []
            for byte in UInt8.min ... .max {
                var text = good
                text[place] = byte
                let decoded = Base64URL.decode(text[...])
                guard Self.alphabet.contains(byte) else {
                    if decoded != nil { wrong.append(byte) }
                    continue
                }
                if lastHasSpareBits, place == good.count - 1, decoded == nil { continue }
                if decoded.map({ Array(Base64URL.encode($0).utf8) }) != text { wrong.append(byte) }
            }
            #expect(wrong.isEmpty, "at place \(place)")
        }
    }

    @Test(
        "Only a last character without spare bits ends a longer text", arguments: [(4, 4), (5, 16), (6, 64), (100, 4)])
    func spareBits(count: Int, endings: Int) {
        let good = Array(Base64URL.encode([UInt8](repeating: 0xA5, count: count)).utf8)
        #expect(Self.alphabet.count { Base64URL.decode(good.dropLast() + [$0]) != nil } == endings)
    }

    @Test("Of a slice nothing is read but the slice", arguments: 0...9)
    func slices(start: Int) {
        for count in 0...9 {
            let bytes = (0..<count).map { UInt8($0 * 29) }
            let text = Array(Base64URL.encode(bytes).utf8)
            for neighbour in [UInt8(ascii: "A"), UInt8(ascii: ".")] {
                let around = [UInt8](repeating: neighbour, count: start)
                let whole = around + text + around
                #expect(Base64URL.decode(whole[start..<start + text.count]) == bytes)
            }
        }
    }
}
