public import FoundationEssentials
import Randomness

/// Where operations take the time from; passed in, so that a test can move it.
public struct Clock: Sendable {
    public let now: @Sendable () -> Date

    public init(now: @escaping @Sendable () -> Date) {
        self.now = now
    }

    /// The wall clock of this machine.
    public static let system = Clock { Date() }
}

/// Where operations take new ids from: UUIDs of version 7 (RFC 9562), which sort by the time they were made, so that
/// indexes grow at one end and pages of a list stay stable.
public struct IdentifierSource: Sendable {
    public let next: @Sendable () -> UUID

    public init(next: @escaping @Sendable () -> UUID) {
        self.next = next
    }

    public init(clock: Clock) {
        self.init {
            UUID(version7At: clock.now(), random: StockedRandomness().next())
        }
    }
}

/// SQL for what the database itself has to date: an id of version 7 begins with the milliseconds since 1970 (RFC 9562, section 5.7).
enum DatedID {
    /// So many milliseconds as the 12 hexadecimal digits that an id begins with.
    static func digits(_ milliseconds: String) -> String {
        "lpad(to_hex(\(milliseconds)), 12, '0')"
    }

    /// The text of a UUID, but that it begins with these digits.
    static func text(of uuid: String, from digits: String) -> String {
        "overlay(\(uuid)::text placing substr(\(digits), 1, 8) || '-' || substr(\(digits), 9) from 1 for 13)"
    }

    /// An id of the moment of `earlier` that ends as `other` does, of version 7 both: whoever knows the earlier one can't tell this one.
    static func moment(of earlier: String, randomOf other: String) -> String {
        "(left(\(earlier)::text, 18) || right(\(other)::text, 18))::uuid"
    }
}

extension UUID {
    /// The nil UUID (RFC 9562, section 5.9), which is nobody's and before all others.
    static let nilUUID = UUID(uuid: (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0))

    /// The max UUID (section 5.10), which is nobody's and after all others.
    static let maxUUID = UUID(
        uuid: (255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255))

    /// RFC 9562, section 5.7: 48 bits of Unix milliseconds, 12 bits of their fraction (section 6.2, method 3), then
    /// 62 random bits.
    init(version7At date: Date, random: UInt64) {
        let milliseconds = max(0, date.timeIntervalSince1970 * 1000)
        let fraction = UInt64((milliseconds - milliseconds.rounded(.down)) * 4096)
        let first = UInt64(milliseconds) << 16 | 0x7000 | fraction
        let second = 0x8000_0000_0000_0000 | random >> 2
        func byte(_ word: UInt64, _ index: UInt64) -> UInt8 { UInt8(truncatingIfNeeded: word >> (56 - 8 * index)) }
        self.init(
            uuid: (
                byte(first, 0), byte(first, 1), byte(first, 2), byte(first, 3),
                byte(first, 4), byte(first, 5), byte(first, 6), byte(first, 7),
                byte(second, 0), byte(second, 1), byte(second, 2), byte(second, 3),
                byte(second, 4), byte(second, 5), byte(second, 6), byte(second, 7)
            ))
    }
}
