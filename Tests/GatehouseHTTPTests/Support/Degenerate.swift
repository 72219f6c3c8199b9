import Gatehouse
import Testing

/// The numbers and points at which implementations of ECDSA (P-256) and Ed25519 have gone wrong.
enum Degenerate {
    /// Big-endian: 0, 1, n - 1, n, n + 1, p and the greatest of 32 bytes, n being the order of P-256 and p its field's.
    static let scalars: [[UInt8]] = {
        let order: [UInt8] = [
            0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 0, 0, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xBC, 0xE6, 0xFA, 0xAD,
            0xA7, 0x17, 0x9E, 0x84, 0xF3, 0xB9, 0xCA, 0xC2, 0xFC, 0x63, 0x25, 0x51,
        ]
        let field =
            [0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 0, 1] + [UInt8](repeating: 0, count: 12)
            + [UInt8](repeating: 0xFF, count: 12)
        let zero = [UInt8](repeating: 0, count: 32)
        return [
            zero, zero.dropLast() + [1], order.dropLast() + [0x50], order, order.dropLast() + [0x52], field,
            [UInt8](repeating: 0xFF, count: 32),
        ]
    }()

    /// A DER INTEGER of a number that is not negative, shortest unless it begins with more zeros than it needs.
    static func integer(_ bytes: [UInt8]) -> [UInt8] {
        let content = (bytes.first ?? 0) >= 0x80 ? [0] + bytes : bytes
        return [0x02, UInt8(content.count)] + content
    }

    static func sequence(_ content: [UInt8]) -> [UInt8] {
        [0x30, UInt8(content.count)] + content
    }

    /// Little-endian: the order of Ed25519's group, L.
    static let edwardsOrder: [UInt8] =
        [0xED, 0xD3, 0xF5, 0x5C, 0x1A, 0x63, 0x12, 0x58, 0xD6, 0x9C, 0xF7, 0xA2, 0xDE, 0xF9, 0xDE, 0x14]
        + [UInt8](repeating: 0, count: 15) + [0x10]

    /// Little-endian, in 32 bytes.
    static func adding(_ number: [UInt8], times count: Int, to sum: [UInt8]) -> [UInt8] {
        (0..<count).reduce(sum) { sum, _ in
            var carry = 0
            return zip(sum, number).map { left, right in
                carry += Int(left) + Int(right)
                defer { carry >>= 8 }
                return UInt8(carry & 0xFF)
            }
        }
    }

    /// Of orders 1, 2, 4 and 8, canonical and not; the neutral element is the first.
    static let smallOrderPoints: [[UInt8]] = {
        let eighth = [
            "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
            "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
            "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
            "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
        ]
        let ends: [(UInt8, UInt8, UInt8)] = [
            (0x01, 0, 0), (0xEC, 0xFF, 0x7F), (0, 0, 0), (0, 0, 0x80), (0x01, 0, 0x80), (0xEC, 0xFF, 0xFF),
            (0xEE, 0xFF, 0x7F), (0xEE, 0xFF, 0xFF), (0xED, 0xFF, 0x7F), (0xED, 0xFF, 0xFF),
        ]
        return ends.map { first, middle, last in [first] + [UInt8](repeating: middle, count: 30) + [last] }
            + eighth.map(bytes(ofHexadecimal:))
    }()

    private static func bytes(ofHexadecimal text: String) -> [UInt8] {
        let digits = text.compactMap(\.hexDigitValue).map { UInt8($0) }
        return stride(from: 0, to: digits.count, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
    }

    /// The secret of a key that the test made.
    static func secret(of key: KeyMaterial, _ member: String) throws -> [UInt8] {
        try #require(key.privateJWK()[member]?.stringValue.flatMap { Base64URL.decode($0) })
    }
}
