import FoundationEssentials
import Testing

@testable import Gatehouse

@Suite struct IdentifierTests {
    @Test("An id is a UUID of version 7 with the time of the RFC's own example")
    func version7() {
        // RFC 9562, appendix A.6: 2022-02-22T19:22:22.000Z is 017F22E2-79B0.
        let id = UUID(version7At: Date(timeIntervalSince1970: 1_645_557_742), random: .max)
        #expect(id.uuidString == "017F22E2-79B0-7000-BFFF-FFFFFFFFFFFF")
    }

    @Test("Ids of successive microseconds sort in their order")
    func order() {
        let start = Date(timeIntervalSince1970: 1_800_000_000)
        let ids = (0..<2000).map {
            UUID(version7At: start + Double($0) * 1e-6, random: UInt64.random(in: .min ... .max))
        }
        #expect(ids.map(\.uuidString) == ids.map(\.uuidString).sorted())
    }
}
