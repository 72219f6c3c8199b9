import HTTPTypes

/// Where a request came from, as far as it can be believed.
enum ClientAddress {
    /// The peer, unless it is a trusted proxy: then the right-most address that such proxies report and that isn't a
    /// trusted proxy itself.
    ///
    /// A proxy usually writes one of `Forwarded` and `X-Forwarded-For` and passes the other on as the client sent it.
    /// So when both are there and name different clients, or one can't be read, nobody is believed but the peer.
    static func resolve(peer: IPAddress, headers: HTTPFields, trusted: [CIDR]) -> IPAddress {
        guard isTrusted(peer, trusted) else { return peer }
        var claims: [IPAddress?] = []
        if let hops = ForwardedFor.hops(forwarded: headers[values: .forwarded]) {
            claims.append(client(of: hops, trusted))
        }
        if let hops = ForwardedFor.hops(xForwardedFor: headers[values: .xForwardedFor]) {
            claims.append(client(of: hops, trusted))
        }
        guard let first = claims.first, let client = first, claims.allSatisfy({ $0 == client }) else { return peer }
        return client
    }

    /// Nil when a hop that a trusted proxy reported is no address.
    private static func client(of hops: [IPAddress?], _ trusted: [CIDR]) -> IPAddress? {
        var nearest: IPAddress?
        for hop in hops.reversed() {
            guard let hop else { return nil }
            nearest = hop
            if !isTrusted(hop, trusted) { break }
        }
        return nearest
    }

    private static func isTrusted(_ address: IPAddress, _ trusted: [CIDR]) -> Bool {
        trusted.contains { $0.contains(address) }
    }
}
