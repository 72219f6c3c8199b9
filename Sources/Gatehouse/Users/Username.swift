/// A user's handle: 1–64 of `[A-Za-z0-9._-]`, unique in its tenant whatever the case.
public struct Username: Sendable, Equatable {
    public let text: String

    public init(_ text: String) throws(FieldFault) {
        guard (1...64).contains(text.utf8.count) else {
            throw FieldFault(code: "invalid_length", message: "A username has 1 to 64 characters.")
        }
        guard text.utf8.allSatisfy({ $0.isASCIILetterOrDigit || "._-".utf8.contains($0) }) else {
            throw FieldFault(
                code: "invalid_format",
                message: "A username is made of letters A-Z, digits, dot, underscore and hyphen.")
        }
        self.text = text
    }
}
