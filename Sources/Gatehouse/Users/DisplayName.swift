/// What a person is called: 1–200 characters after trimming and NFC, no control characters.
public struct DisplayName: Sendable, Equatable {
    public let text: String

    public init(_ text: String) throws(FieldFault) {
        let scalars = text.unicodeScalars
        guard let first = scalars.firstIndex(where: { !$0.properties.isWhitespace }),
            let last = scalars.lastIndex(where: { !$0.properties.isWhitespace })
        else {
            throw FieldFault(code: "invalid_length", message: "A name has 1 to 200 characters.")
        }
        let trimmed = String(scalars[first...last])
        // Bounded before it is normalised: no character of 200 takes more than this many bytes in practice.
        guard trimmed.utf8.count <= 4096 else { throw Self.tooLong }
        let normalized = trimmed.normalizedNFC()
        guard normalized.unicodeScalars.count <= 200 else { throw Self.tooLong }
        guard normalized.unicodeScalars.allSatisfy(Self.isPrintable) else {
            throw FieldFault(code: "invalid_format", message: "A name can't contain control characters.")
        }
        self.text = normalized
    }

    private static let tooLong = FieldFault(code: "too_long", message: "A name has at most 200 characters.")

    private static func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .lineSeparator, .paragraphSeparator, .surrogate: false
        default: true
        }
    }
}
