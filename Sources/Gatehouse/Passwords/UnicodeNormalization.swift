extension String {
    /// This text in Unicode normalisation form C (UAX #15).
    ///
    /// The standard library's own normaliser is underscored but public and ABI-stable. Foundation's
    /// `precomposedStringWithCanonicalMapping` is no substitute on Linux: it composes some characters beyond U+FFFF as if
    /// only their low 16 bits counted (U+10041 with U+0301 becomes "Á"), and it would link ICU.
    func normalizedNFC() -> String {
        if utf8.allSatisfy({ $0 < 0x80 }) { return self }
        return String(decoding: withTibetanVowelsDecomposed()._nfcCodeUnits, as: UTF8.self)
    }

    /// Takes apart the three starters whose decomposition begins with a non-starter.
    ///
    /// The standard library orders and composes the text before and after them as if nothing could move past them.
    private func withTibetanVowelsDecomposed() -> String {
        var scalars = UnicodeScalarView()
        for scalar in unicodeScalars {
            switch scalar {
            case "\u{F73}": scalars.append(contentsOf: ["\u{F71}", "\u{F72}"])
            case "\u{F75}": scalars.append(contentsOf: ["\u{F71}", "\u{F74}"])
            case "\u{F81}": scalars.append(contentsOf: ["\u{F71}", "\u{F80}"])
            default: scalars.append(scalar)
            }
        }
        return String(scalars)
    }
}
