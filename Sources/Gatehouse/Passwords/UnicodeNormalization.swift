extension String {
    /// This text in Unicode normalisation form C (UAX #15).
    ///
    /// The standard library's own normaliser is underscored but public and ABI-stable. Foundation's
    /// `precomposedStringWithCanonicalMapping` is no substitute on Linux: it composes some characters beyond U+FFFF as if
    /// only their low 16 bits counted (U+10041 with U+0301 becomes "Á"), and it would link ICU.
    func normalizedNFC() -> String {
        utf8.allSatisfy { $0 < 0x80 } ? self : String(decoding: _nfcCodeUnits, as: UTF8.self)
    }
}
