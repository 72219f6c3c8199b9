import Gatehouse

#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// Secrets and tokens that come in by standard input.
enum StandardInput {
    /// The whole input without one trailing newline.
    static func secret() throws(FieldFault) -> String {
        guard let text = PipeReader(descriptor: STDIN_FILENO, limit: 65_536).readText() else {
            throw FieldFault(code: "invalid_format", message: "Standard input must be UTF-8 and at most 64 KiB.")
        }
        if text.hasSuffix("\r\n") || text.hasSuffix("\n") { return String(text.dropLast()) }
        return text
    }
}
