extension InternetAddress {
    /// Whether anybody's packets may go there: a unicast address of the public internet by IANA's registries of special-purpose
    /// addresses. What merely carries IPv4 inside is judged by that where networks use it, and refused where they no longer do.
    var isPublic: Bool {
        switch self {
        case .v4(let bits):
            return !Self.special4.contains { bits >> (32 - $0.length) == $0.prefix >> (32 - $0.length) }
        case .v6(let bits):
            // ::ffff:0:0/96 is IPv4 by another name, 64:ff9b::/96 the way to it from networks that have none.
            let prefix = bits >> 32
            if prefix == 0xFFFF || prefix == 0x0064_FF9B_0000_0000_0000_0000 {
                return InternetAddress.v4(UInt32(truncatingIfNeeded: bits)).isPublic
            }
            let top = UInt32(truncatingIfNeeded: bits >> 96)
            return top >> 29 == 0b001
                && !Self.special6.contains { top >> (32 - $0.length) == $0.prefix >> (32 - $0.length) }
        }
    }

    private static let special4: [(prefix: UInt32, length: UInt32)] = [
        (0x0000_0000, 8),  // "this network", and 0.0.0.0, which is this machine
        (0x0A00_0000, 8),  // private
        (0x6440_0000, 10),  // carrier-grade NAT
        (0x7F00_0000, 8),  // loopback
        (0xA83F_8110, 32),  // 168.63.129.16: public by number, and at Azure every machine's own platform
        (0xA9FE_0000, 16),  // link-local; 169.254.169.254 tells machines of clouds their credentials
        (0xAC10_0000, 12),  // private
        (0xC000_0000, 24),  // protocol assignments
        (0xC000_0200, 24),  // documentation
        (0xC058_6300, 24),  // relays of 6to4, deprecated
        (0xC0A8_0000, 16),  // private
        (0xC612_0000, 15),  // benchmarking
        (0xC633_6400, 24),  // documentation
        (0xCB00_7100, 24),  // documentation
        (0xE000_0000, 4),  // multicast
        (0xF000_0000, 4),  // reserved, and broadcast
    ]

    /// What of 2000::/3 is not for everybody, by its first 32 bits; outside it no address is.
    private static let special6: [(prefix: UInt32, length: UInt32)] = [
        (0x2001_0000, 23),  // protocol assignments: Teredo, benchmarking, ORCHID
        (0x2001_0DB8, 32),  // documentation
        (0x2002_0000, 16),  // 6to4, deprecated
        (0x3FFF_0000, 20),  // documentation
    ]
}
