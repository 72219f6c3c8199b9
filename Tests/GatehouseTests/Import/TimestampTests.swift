import FoundationEssentials
import Testing

@testable import Gatehouse

@Suite("Times in files")
struct TimestampTests {
    @Test(
        "RFC 3339 and what PostgreSQL prints are the same moments",
        arguments: [
            ("1970-01-01T00:00:00Z", 0), ("1970-01-01 00:00:00+00", 0), ("1969-12-31T23:59:59Z", -1),
            ("2024-02-29T12:00:00.5Z", 1_709_208_000.5), ("2024-02-29 13:00:00.5+01", 1_709_208_000.5),
            ("2024-02-29 17:30:00.500000+05:30", 1_709_208_000.5), ("2024-02-29t07:00:00.5-0500", 1_709_208_000.5),
            ("2000-03-01T00:00:00z", 951_868_800), ("0001-01-01T00:00:00Z", -62_135_596_800),
            ("9999-12-31T23:59:59Z", 253_402_300_799),
        ] as [(String, Double)])
    func times(text: String, seconds: Double) throws {
        #expect(try #require(Timestamp.parse(text)).timeIntervalSince1970 == seconds)
    }

    @Test("What is written is read back, through ten thousand years")
    func readBack() throws {
        for day in stride(from: -62_135_596_800.0, to: 253_402_300_799, by: 86_400 * 97) {
            let time = Date(timeIntervalSince1970: day)
            #expect(Timestamp.parse(RFC3339.format(time)) == time)
        }
    }

    @Test(
        "Anything else is no time",
        arguments: [
            "", "2024-02-29", "2024-02-29T12:00:00", "2024-02-30T00:00:00Z", "2023-02-29T00:00:00Z",
            "2024-13-01T00:00:00Z", "2024-00-01T00:00:00Z", "2024-01-00T00:00:00Z", "2024-01-01T24:00:00Z",
            "2024-01-01T00:60:00Z", "2024-01-01T00:00:60Z", "2024-01-01T00:00:00.Z", "2024-01-01T00:00:00+24",
            "2024-01-01T00:00:00+1", "2024-01-01T00:00:00Zx", "2024-01-01T00:00:00+00:0", "infinity", "1709208000",
            "-024-01-01T00:00:00Z", "２024-01-01T00:00:00Z",
        ])
    func noTimes(text: String) {
        #expect(Timestamp.parse(text) == nil)
    }
}
