#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// What counts as one source: an IPv4 address, or the /64 network of an IPv6 one, which is what one customer is given.
struct SourceAddress: Sendable, Hashable {
    let text: String

    init(_ address: String) {
        var bytes = in6_addr()
        // inet_pton reads a NUL-terminated string, which withCString provides, and writes no more than an in6_addr.
        guard address.contains(":"), address.withCString({ inet_pton(AF_INET6, $0, &bytes) }) == 1 else {
            text = address
            return
        }
        let network = Swift.withUnsafeBytes(of: bytes) { Array($0.prefix(8)) }
        text = network.map { String($0, radix: 16) }.joined(separator: ":") + "/64"
    }
}
