#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// An IP address of either version. An IPv4 address written as an IPv4-mapped IPv6 address (RFC 4291, section 2.5.5.2)
/// is the IPv4 address, so that one client has one address on a dual-stack socket.
public struct IPAddress: Sendable, Hashable {
    /// The 128 bits of the IPv6 form.
    let high: UInt64
    let low: UInt64

    /// Reads the text forms of `inet_pton(3)`: no port, no brackets, no zone, no leading zeros.
    public init?(_ text: String) {
        guard text.utf8.count <= 45, !text.utf8.contains(0) else { return nil }
        var v4 = in_addr()
        if inet_pton(AF_INET, text, &v4) == 1 {
            self.init(v4: UInt32(bigEndian: v4.s_addr))
            return
        }
        var v6 = in6_addr()
        guard inet_pton(AF_INET6, text, &v6) == 1 else { return nil }
        self = withUnsafeBytes(of: &v6) { bytes in
            IPAddress(
                high: UInt64(bigEndian: bytes.loadUnaligned(as: UInt64.self)),
                low: UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self)))
        }
    }

    init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    private init(v4 address: UInt32) {
        self.init(high: 0, low: 0xFFFF_0000_0000 | UInt64(address))
    }

    public var isV4: Bool { high == 0 && low >> 32 == 0xFFFF }
}

extension IPAddress: CustomStringConvertible {
    /// The dotted form, or that of RFC 5952.
    public var description: String {
        if isV4 {
            return "\(low >> 24 & 255).\(low >> 16 & 255).\(low >> 8 & 255).\(low & 255)"
        }
        var bytes = (high.bigEndian, low.bigEndian)
        return String(unsafeUninitializedCapacity: Int(INET6_ADDRSTRLEN)) { buffer in
            buffer.withMemoryRebound(to: CChar.self) { text in
                inet_ntop(AF_INET6, &bytes, text.baseAddress, socklen_t(text.count)).map { strlen($0) } ?? 0
            }
        }
    }
}
