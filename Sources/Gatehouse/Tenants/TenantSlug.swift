/// The name a tenant is addressed by: 2–40 of `[a-z0-9-]`, starting with a letter, not ending in a hyphen.
public struct TenantSlug: Sendable, Hashable {
    public let text: String

    static let longest = 40

    /// Names that would read as something of the service's own in a URL or a cookie.
    public static let reserved: Set<String> = [
        "admin", "api", "gatehouse", "healthz", "metrics", "oauth2", "openapi", "readyz", "well-known",
    ]

    public init(_ text: String) throws(FieldFault) {
        guard Self.isWellFormed(text) else {
            throw FieldFault(
                code: "invalid_format",
                message: "A slug is 2 to 40 of a-z, 0-9 and hyphen, starts with a letter and doesn't end in a hyphen.")
        }
        guard !Self.reserved.contains(text) else {
            throw FieldFault(code: "reserved", message: "That slug is reserved; choose another.")
        }
        self.text = text
    }

    static func isWellFormed(_ text: String) -> Bool {
        let bytes = text.utf8
        guard (2...longest).contains(bytes.count), let first = bytes.first, let last = bytes.last else { return false }
        guard (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(first), last != UInt8(ascii: "-") else { return false }
        return bytes.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"): true
            default: false
            }
        }
    }
}
