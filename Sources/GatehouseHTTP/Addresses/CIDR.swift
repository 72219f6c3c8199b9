public import Gatehouse

/// A block of addresses: `10.0.0.0/8`, `2001:db8::/32`, or one address.
public struct CIDR: Sendable, Hashable {
    private let network: IPAddress
    /// Of the 128 bits of the IPv6 form.
    private let prefixLength: Int

    /// Throws `invalid_format`, for bits beyond the prefix too: they show a mistake in one of the two.
    public init(_ text: String) throws(FieldFault) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let address = parts.first.flatMap({ IPAddress(String($0)) }) else { throw .notABlock }
        let writtenAsV6 = parts[0].utf8.contains(UInt8(ascii: ":"))
        let longest = writtenAsV6 ? 128 : 32
        var length = longest
        if parts.count == 2 {
            guard (1...3).contains(parts[1].utf8.count), parts[1].utf8.allSatisfy({ (0x30...0x39).contains($0) }),
                let number = Int(parts[1]), number <= longest
            else { throw .notABlock }
            length = number
        }
        network = address
        prefixLength = writtenAsV6 ? length : length + 96
        guard Self.masked(address, prefixLength) == address else { throw .hasHostBits }
    }

    public func contains(_ address: IPAddress) -> Bool {
        Self.masked(address, prefixLength) == network
    }

    private static func masked(_ address: IPAddress, _ length: Int) -> IPAddress {
        IPAddress(
            high: address.high & mask(min(length, 64)),
            low: address.low & mask(max(0, length - 64)))
    }

    private static func mask(_ length: Int) -> UInt64 {
        length == 0 ? 0 : UInt64.max << UInt64(64 - length)
    }
}

extension FieldFault {
    fileprivate static let notABlock = FieldFault(
        code: "invalid_format", message: "A block of addresses is written like 10.0.0.0/8, 2001:db8::/32 or 10.1.2.3.")
    fileprivate static let hasHostBits = FieldFault(
        code: "invalid_format", message: "The address has bits set beyond the length of the prefix.")
}
