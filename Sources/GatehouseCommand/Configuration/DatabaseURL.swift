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

    private static func maskingURL(_ text: String) -> String {
        let query = text.firstIndex(of: "?") ?? text.endIndex
        return maskingUser(text[..<query]) + maskingParameters(text[query...], separator: "&")
    }

    /// Masks from the first colon after the scheme to the last `@`, which ends the password even when it holds one.
    private static func maskingUser(_ text: Substring) -> String {
        guard let scheme = text.firstRange(of: "://"), let at = text.lastIndex(of: "@"),
            let colon = text[scheme.upperBound...].firstIndex(of: ":"), colon < at
        else { return String(text) }
        return text[...colon] + mask + text[at...]
    }

    private static func maskingParameters(_ text: Substring, separator: Character) -> String {
        text.split(separator: separator, omittingEmptySubsequences: false).map { part in
            guard let equals = part.firstIndex(of: "="), part[..<equals].lowercased().hasSuffix("password") else {
                return String(part)
            }
            return part[...equals] + mask
        }.joined(separator: String(separator))
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
