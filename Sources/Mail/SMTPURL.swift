import FoundationEssentials

/// Where mail is handed in: `smtp://[user@]host[:port]`, which is port 587 and STARTTLS, or `smtps://[user@]host[:port]`, which is
/// port 465 and TLS from the first byte.
///
/// A loopback host is given mail without TLS where it doesn't offer STARTTLS, but no password; `?starttls=off` leaves TLS out
/// altogether, for a loopback host alone. The user is percent-encoded; there is no place for a password.
public struct SMTPURL: Hashable, Sendable {
    enum Security {
        case startTLS, implicitTLS, none
        /// STARTTLS where the server offers it.
        case startTLSIfOffered
    }

    let user: String?
    /// A name or an IPv4 address, or an IPv6 address in brackets.
    let host: String
    let port: Int
    let security: Security

    public init(_ text: String) throws(MailValueFault) {
        // Looked for first, so that no other fault of a URL with a password keeps its author from learning of this one.
        if let password = URLComponents(string: text)?.password, !password.isEmpty { throw Self.hasPassword }
        guard text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }), let url = URLComponents(string: text),
            let scheme = url.scheme?.lowercased(), scheme == "smtp" || scheme == "smtps",
            url.path.isEmpty || url.path == "/",
            url.fragment == nil, url.password == nil
        else { throw Self.malformed }
        // Foundation would encode the first of them.
        guard text.count(where: { $0 == "@" }) <= 1 else {
            throw MailValueFault("An @ within the user of a mail server's URL is written as %40.")
        }
        host = try Self.host(of: url)
        user = try Self.user(of: url)
        port = url.port ?? (scheme == "smtps" ? 465 : 587)
        guard (1...65535).contains(port) else { throw Self.malformed }
        switch url.query {
        case nil where scheme == "smtps": security = .implicitTLS
        case nil: security = Self.isLoopback(host) && user == nil ? .startTLSIfOffered : .startTLS
        case "starttls=off" where scheme == "smtp":
            guard Self.isLoopback(host) else {
                throw MailValueFault(
                    "A mail server is used without TLS only on this machine: starttls=off needs a loopback host.")
            }
            security = .none
        default:
            throw MailValueFault(
                "All that a mail server's URL may have after a question mark is starttls=off, with smtp://.")
        }
    }

    private static func host(of url: URLComponents) throws(MailValueFault) -> String {
        guard let host = url.host?.lowercased(), !host.isEmpty else { throw malformed }
        let isName = host.utf8.allSatisfy {
            $0.isASCIILetterOrDigit || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: ".")
        }
        let isIPv6 =
            host.hasPrefix("[") && host.hasSuffix("]")
            && host.dropFirst().dropLast().utf8.allSatisfy { "0123456789abcdef:.".utf8.contains($0) }
        guard isName || isIPv6 else { throw malformed }
        return host
    }

    private static func user(of url: URLComponents) throws(MailValueFault) -> String? {
        guard let encoded = url.percentEncodedUser, !encoded.isEmpty else { return nil }
        guard let user = url.user, user.isPrintable else { throw malformed }
        return user
    }

    static func isLoopback(_ host: String) -> Bool {
        let numbers = host.split(separator: ".", omittingEmptySubsequences: false).map { UInt8($0) }
        return host == "localhost" || host == "[::1]"
            || (numbers.count == 4 && numbers[0] == 127 && !numbers.contains(nil))
    }

    private static let hasPassword = MailValueFault(
        "A mail server's URL must not contain a password, which others could read there: put it into a file of its own."
    )

    private static let malformed = MailValueFault(
        "A mail server's URL must look like smtp://user@mail.example.com:587 or smtps://user@mail.example.com.")
}

extension SMTPURL: CustomStringConvertible {
    /// Without the user.
    public var description: String { "\(security == .implicitTLS ? "smtps" : "smtp")://\(host):\(port)" }
}
