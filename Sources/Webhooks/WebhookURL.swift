import FoundationEssentials

/// Where webhooks are sent: `http` or `https`, a host, perhaps a port, a path and a query; no user and no fragment.
public struct WebhookURL: Hashable, Sendable {
    public let isSecure: Bool
    /// A name or an address in lower case; an IPv6 address is without its brackets.
    public let host: String
    /// With scheme and host in lower case.
    let text: String

    public init(_ text: String) throws(WebhookValueFault) {
        guard text.utf8.count <= 500, text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            throw WebhookValueFault("A webhook's URL must be at most 500 characters of ASCII, without spaces.")
        }
        guard let url = URLComponents(string: text, encodingInvalidCharacters: false),
            let scheme = url.scheme?.lowercased(), scheme == "http" || scheme == "https"
        else { throw Self.malformed }
        guard url.percentEncodedUser == nil, url.percentEncodedPassword == nil else {
            throw WebhookValueFault("A webhook's URL must not contain a user or a password.")
        }
        guard url.fragment == nil else { throw WebhookValueFault("A webhook's URL must not contain a fragment.") }
        let authority = text.dropFirst(scheme.count + "://".count).prefix { $0 != "/" && $0 != "?" }.lowercased()
        let (writtenHost, port) = try Self.parts(ofAuthority: authority)
        isSecure = scheme == "https"
        host = String(writtenHost.drop { $0 == "[" }.prefix { $0 != "]" })
        let query = url.percentEncodedQuery.map { "?\($0)" } ?? ""
        self.text = "\(scheme)://\(writtenHost)\(port.map { ":\($0)" } ?? "")\(url.percentEncodedPath)\(query)"
    }

    /// Host and port by themselves rather than from the parser of URLs: there is no other way to read what is let through here,
    /// so that whoever connects can't come to another host.
    private static func parts(ofAuthority text: String) throws(WebhookValueFault) -> (host: Substring, port: UInt16?) {
        let colon =
            text.hasPrefix("[") ? text.firstIndex(of: "]").map { text.index(after: $0) } : text.firstIndex(of: ":")
        let host = text[..<(colon ?? text.endIndex)]
        let rest = text[host.endIndex...]
        guard isName(host) || isIPv6(host) else { throw malformed }
        if rest.isEmpty { return (host, nil) }
        guard rest.hasPrefix(":"), rest.dropFirst().utf8.allSatisfy(\.isASCIIDigit),
            let port = UInt16(rest.dropFirst()), port > 0
        else { throw malformed }
        return (host, port)
    }

    /// IPv4 addresses in all their spellings are among these.
    private static func isName(_ host: Substring) -> Bool {
        let labels = host.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        return host.utf8.count <= 253
            && labels.allSatisfy { label in
                (1...63).contains(label.count)
                    && label.allSatisfy {
                        $0.isASCIILetterOrDigit || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "_")
                    }
            }
    }

    private static func isIPv6(_ host: Substring) -> Bool {
        guard host.hasPrefix("["), host.hasSuffix("]") else { return false }
        return InternetAddress(literal: String(host.dropFirst().dropLast()))?.isIPv6 == true
    }

    private static let malformed = WebhookValueFault("A webhook's URL must look like https://hooks.example.com/path.")
}

extension WebhookURL: CustomStringConvertible {
    public var description: String { text }
}

extension WebhookURL {
    /// Whether the host is by itself known not to be on the public internet: an address that isn't public in any spelling, a name
    /// for use in one network, or a name of one label, which is looked up in the own domain. Other names may lead there too;
    /// that is seen when they are looked up.
    public var namesPrivateTarget: Bool {
        if let address = InternetAddress(literal: host) { return !address.isPublic }
        let labels = host.split(separator: ".")
        return labels.count == 1 || ["localhost", "internal", "local"].contains(labels.last)
    }
}
