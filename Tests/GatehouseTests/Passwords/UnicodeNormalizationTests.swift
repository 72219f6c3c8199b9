import Testing

@testable import Gatehouse

@Suite("Normalisation form C")
struct UnicodeNormalizationTests {
    @Test(
        "Characters are composed, reordered and excluded as UAX #15 says",
        arguments: [
            ("e\u{301}", "\u{E9}"),
            ("a\u{307}\u{323}", "\u{1EA1}\u{307}"),
            ("\u{1112}\u{1161}\u{11AB}", "\u{D55C}"),
            ("\u{958}", "\u{915}\u{93C}"),
            ("\u{1D15E}", "\u{1D157}\u{1D165}"),
            ("\u{2126}", "\u{3A9}"),
            ("\u{FB01}", "\u{FB01}"),
            ("q\u{323}\u{F75}\u{301}", "q\u{F71}\u{F74}\u{323}\u{301}"),
            ("\u{3B1}\u{308}\u{F73}\u{301}", "\u{3B1}\u{F71}\u{F72}\u{308}\u{301}"),
            ("e\u{F81}\u{301}", "\u{E9}\u{F71}\u{F80}"),
            ("plain ASCII", "plain ASCII"),
        ])
    func knownAnswers(given: String, expected: String) {
        #expect(Array(given.normalizedNFC().unicodeScalars) == Array(expected.unicodeScalars))
    }

    @Test("Characters beyond U+FFFF are not mistaken for letters with the same low bits")
    func supplementaryPlanes() {
        let linearB = "\u{10041}\u{301}"
        #expect(Array(linearB.normalizedNFC().unicodeScalars) == Array(linearB.unicodeScalars))
    }

    @Test("Normalising twice changes nothing more")
    func idempotence() {
        for value in stride(from: UInt32(0x80), to: 0x30000, by: 7) {
            guard let scalar = Unicode.Scalar(value) else { continue }
            let once = "q\u{323}\(scalar)\u{301}".normalizedNFC()
            #expect(Array(once.normalizedNFC().utf8) == Array(once.utf8))
        }
    }
}
