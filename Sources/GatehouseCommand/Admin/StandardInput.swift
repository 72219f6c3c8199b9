import Gatehouse

/// Secrets and tokens that come in by standard input.
enum StandardInput {
    /// The whole input without one trailing newline.
    static func secret() throws(FieldFault) -> String {
        guard let text = InputFile().readText(limit: 65_536) else {
            throw FieldFault(code: "invalid_format", message: "Standard input must be UTF-8 and at most 64 KiB.")
        }
        return withoutNewline(text)
    }

    /// The text without one trailing newline, as editors and `echo` leave it.
    static func withoutNewline(_ text: String) -> String {
        text.hasSuffix("\r\n") || text.hasSuffix("\n") ? String(text.dropLast()) : text
    }
}
