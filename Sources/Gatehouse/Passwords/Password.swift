import Crypto

/// A password as a person gave it, normalised to NFC and never truncated.
///
/// Its bytes are wiped when the last copy goes away, and it is redacted wherever it is printed or reflected.
public struct Password: Sendable, Redacted {
    /// The most Unicode code points a password may have.
    public static let maximumLength = 256

    /// The number of Unicode code points after normalisation, which a tenant's minimum is compared with.
    public let length: Int

    /// The normalised UTF-8, in the one container at hand that wipes its memory.
    private let utf8: SymmetricKey

    /// Any text of at most 256 code points without NUL, the empty one too: whether it is good enough is asked elsewhere.
    ///
    /// NFC makes most texts shorter and a few longer. A text is too long when both forms exceed 256 code points, so that
    /// the form in which a keyboard sends a password never decides whether it is accepted.
    ///
    /// - Throws: `too_long`, or `invalid_format` for NUL.
    public init(_ text: String) throws(FieldFault) {
        let given = text.unicodeScalars.count
        guard given <= Self.maximumLength * Self.longestDecomposition else { throw .tooLong }
        guard !text.utf8.contains(0) else { throw .containsNUL }
        let normalized = text.normalizedNFC()
        length = normalized.unicodeScalars.count
        guard min(given, length) <= Self.maximumLength else { throw .tooLong }
        var bytes = Array(normalized.utf8)
        utf8 = SymmetricKey(data: bytes)
        bytes.wipe()
    }

    /// No canonical decomposition has more scalars, so text longer than this times the maximum needn't be normalised.
    private static let longestDecomposition = 4

    /// A mutable copy of the UTF-8, wiped when `body` returns.
    func withBytes<Value, Failure: Error>(
        _ body: (inout [UInt8]) throws(Failure) -> Value
    ) throws(Failure) -> Value {
        var bytes = utf8.withUnsafeBytes { Array($0) }
        defer { bytes.wipe() }
        return try body(&bytes)
    }
}

extension FieldFault {
    fileprivate static var tooLong: FieldFault {
        FieldFault(code: "too_long", message: "A password has at most \(Password.maximumLength) characters.")
    }

    fileprivate static var containsNUL: FieldFault {
        FieldFault(code: "invalid_format", message: "A password can't contain the NUL character.")
    }
}
