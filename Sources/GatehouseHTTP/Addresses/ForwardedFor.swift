/// The hops that proxies report, from the client's side to ours; nil stands for a hop that isn't an IP address.
enum ForwardedFor {
    /// More than any honest chain has; what is longer isn't read.
    private static let maximumLength = 4096

    /// The `for` of each element of `Forwarded` (RFC 7239). Nil when the header is absent; one unreadable element makes
    /// everything left of it unreadable too, because the borders between elements are no longer known.
    static func hops(forwarded lines: [String]) -> [IPAddress?]? {
        guard let text = joined(lines) else { return nil }
        guard var reader = text.count <= maximumLength ? ForwardedReader(text) : nil else { return [nil] }
        guard let nodes = reader.nodes() else { return [nil] }
        return nodes.map { $0.flatMap(address(ofNode:)) }
    }

    /// The addresses of `X-Forwarded-For`, with or without ports. Nil when the header is absent.
    static func hops(xForwardedFor lines: [String]) -> [IPAddress?]? {
        guard let text = joined(lines) else { return nil }
        guard text.count <= maximumLength else { return [nil] }
        return text.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false).map { entry in
            let node = String(Substring(String(decoding: entry, as: UTF8.self)).trimmingSpaces)
            return IPAddress(node) ?? address(ofNode: node)
        }
    }

    private static func joined(_ lines: [String]) -> [UInt8]? {
        lines.isEmpty ? nil : Array(lines.joined(separator: ",").utf8)
    }

    /// `192.0.2.1`, `192.0.2.1:8080`, `[2001:db8::1]` or `[2001:db8::1]:8080`; `unknown` and `_hidden` are no addresses.
    private static func address(ofNode node: String) -> IPAddress? {
        if node.first == "[" {
            guard let end = node.lastIndex(of: "]") else { return nil }
            let inside = node[node.index(after: node.startIndex)..<end]
            guard inside.utf8.contains(UInt8(ascii: ":")), isPort(node[node.index(after: end)...]) else { return nil }
            return IPAddress(String(inside))
        }
        let colon = node.firstIndex(of: ":") ?? node.endIndex
        guard isPort(node[colon...]) else { return nil }
        return IPAddress(String(node[..<colon]))
    }

    /// Nothing, a colon with one to five digits, or a colon with an obfuscated port.
    private static func isPort(_ text: Substring) -> Bool {
        if text.isEmpty { return true }
        let port = text.utf8.dropFirst()
        guard text.first == ":", let first = port.first else { return false }
        if first == UInt8(ascii: "_") { return port.count > 1 && port.allSatisfy(HTTPText.isTokenByte) }
        return port.count <= 5 && port.allSatisfy { (0x30...0x39).contains($0) }
    }
}
