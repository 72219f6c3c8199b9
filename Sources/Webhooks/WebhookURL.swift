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
        let scheme = text.prefix { $0 != ":" }.lowercased()
        guard scheme == "http" || scheme == "https", text.dropFirst(scheme.count).hasPrefix("://"),
            let url = URLComponents(string: text, encodingInvalidCharacters: false)
        else { throw Self.malformed }
        guard url.percentEncodedUser == nil, url.percentEncodedPassword == nil else {
            throw WebhookValueFault("A webhook's URL must not contain a user or a password.")
        }
        guard url.fragment == nil else { throw WebhookValueFault("A webhook's URL must not contain a fragment.") }
        let rest = text.dropFirst(scheme.count + "://".count)
        let authority = rest.prefix { $0 != "/" && $0 != "?" }.lowercased()
        isSecure = scheme == "https"
        host = try Self.host(ofAuthority: authority)
        self.text = "\(scheme)://\(authority)\(rest.dropFirst(authority.count))"
    }

    /// Not taken from the parser of URLs, and narrow: there is no second way to read what is let through here, so that whoever
    /// connects can't come to another host than the one that was judged.
    private static func host(ofAuthority text: String) throws(WebhookValueFault) -> String {
        let bracket = text.hasPrefix("[") ? text.firstIndex(of: "]") : nil
        let end = bracket.map { text.index(after: $0) } ?? text.firstIndex(of: ":") ?? text.endIndex
        let (host, port) = (text[..<end], text[end...])
        guard port.isEmpty || isPort(port) else { throw malformed }
        if isName(host) { return String(host) }
        guard bracket != nil, InternetAddress(literal: String(host.dropFirst().dropLast()))?.isIPv6 == true else {
            throw malformed
        }
        return String(host.dropFirst().dropLast())
    }

    private static func isPort(_ text: Substring) -> Bool {
        let number = text.dropFirst()
        return text.hasPrefix(":") && number.utf8.allSatisfy(\.isASCIIDigit) && UInt16(number).map { $0 > 0 } == true
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
