import Gatehouse

/// A libpq URL or conninfo string. It prints with its passwords masked.
struct DatabaseURL: Sendable, Equatable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    let text: String

    static let mask = "********"

    init(parsing text: String) throws(FieldFault) {
        let isURL = text.hasPrefix("postgres://") || text.hasPrefix("postgresql://")
        guard isURL || (text.contains("=") && !text.contains("://")) else {
            throw .setting(
                "not a PostgreSQL address; write postgres://user@host:5432/database, or host=… dbname=… user=…")
        }
        self.text = text
    }

    var hasPassword: Bool { description != text }

    /// What may be shown. Where the text is ambiguous more is masked than need be.
    var description: String {
        text.contains("://") ? Self.maskingURL(text) : Self.maskingConninfo(text)
    }

    var debugDescription: String { description }
    var customMirror: Mirror { Mirror(self, children: ["url": description]) }

    /// A password may hold what delimits the other parts, so no part is told apart before all secrets are found.
    private static func maskingURL(_ text: String) -> String {
        let secrets = RangeSet(([userPassword(text)].compactMap { $0 }) + parameterPasswords(text))
        var shown = ""
        var position = text.startIndex
        for secret in secrets.ranges {
            shown += text[position..<secret.lowerBound] + mask
            position = secret.upperBound
        }
        return shown + text[position...]
    }

    /// From the first colon after the scheme to the last `@`, which ends the password even when it holds one, or `/?#`.
    private static func userPassword(_ text: String) -> Range<String.Index>? {
        guard let scheme = text.firstRange(of: "://"), let at = text.lastIndex(of: "@"),
            let colon = text[scheme.upperBound...].firstIndex(of: ":"), colon < at
        else { return nil }
        return text.index(after: colon)..<at
    }

    /// The values of parameters such as `password`, `sslpassword` and those whose name is disguised by `%`.
    private static func parameterPasswords(_ text: String) -> [Range<String.Index>] {
        text.split { $0 == "?" || $0 == "&" }.dropFirst().compactMap { part in
            guard let equals = part.firstIndex(of: "="),
                part[..<equals].lowercased().hasSuffix("password") || part[..<equals].contains("%")
            else { return nil }
            let value = text.index(after: equals)
            return value..<(text[value...].firstIndex(of: "&") ?? text.endIndex)
        }
    }

    /// Values may be quoted and hold escapes; everything behind a password that isn't plain is masked.
    private static func maskingConninfo(_ text: String) -> String {
        guard let name = text.firstRange(of: "password") else { return text }
        let head = text[..<name.upperBound] + "=" + mask
        let value = text[name.upperBound...].drop { $0.isWhitespace || $0 == "=" }
        guard !value.contains(where: { $0 == "'" || $0 == "\\" }), let end = value.firstIndex(where: \.isWhitespace)
        else { return String(head) }
        return head + maskingConninfo(String(value[end...]))
    }
}
