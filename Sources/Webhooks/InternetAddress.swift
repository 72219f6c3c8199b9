#if canImport(Darwin)
    import Darwin
#elseif canImport(Musl)
    import Musl
#else
    import Glibc
#endif

/// An address of IPv4 or IPv6.
enum InternetAddress: Hashable, Sendable {
    case v4(UInt32)
    case v6(UInt128)

    /// Reads what the system takes for an address without looking it up: of IPv4 that is one to four numbers in decimal, octal or
    /// hexadecimal, such as `127.1` or `0x7f000001`.
    init?(literal: String) {
        var four = in_addr()
        var six = in6_addr()
        if inet_aton(literal, &four) != 0 {
            self = .v4(UInt32(bigEndian: four.s_addr))
        } else if inet_pton(AF_INET6, literal, &six) == 1 {
            self = InternetAddress(six)
        } else {
            return nil
        }
    }

    /// Nil for other families.
    init?(_ address: UnsafePointer<sockaddr>) {
        let raw = UnsafeRawPointer(address)
        switch Int32(address.pointee.sa_family) {
        case AF_INET: self = .v4(UInt32(bigEndian: raw.load(as: sockaddr_in.self).sin_addr.s_addr))
        case AF_INET6: self = InternetAddress(raw.load(as: sockaddr_in6.self).sin6_addr)
        default: return nil
        }
    }

    private init(_ address: in6_addr) {
        self = .v6(withUnsafeBytes(of: address) { $0.reduce(0) { $0 << 8 | UInt128($1) } })
    }

    var isIPv6: Bool {
        if case .v6 = self { true } else { false }
    }
}

extension InternetAddress: CustomStringConvertible {
    /// As everybody reads it: four decimal numbers, or eight hexadecimal ones.
    var description: String {
        switch self {
        case .v4(let bits):
            (0..<4).map { String(UInt8(truncatingIfNeeded: bits >> (24 - 8 * $0))) }.joined(separator: ".")
        case .v6(let bits):
            (0..<8).map { String(UInt16(truncatingIfNeeded: bits >> (112 - 16 * $0)), radix: 16) }.joined(
                separator: ":")
        }
    }
}
