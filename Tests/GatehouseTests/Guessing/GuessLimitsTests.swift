import Testing

@testable import Gatehouse

@Suite struct GuessLimitsTests {
    @Test(
        "Limits are read as the contract writes them",
        arguments: [
            (
                "account=10/15m,device=10/15m,source=100/15m,register=600/1h,mail=5/15m,profile=600/1h",
                GuessLimits.standard
            ),
            ("", .standard), ("off", .off),
            ("account=off,device=off,source=off,register=off,mail=off,profile=off", .off),
        ])
    func parsing(text: String, limits: GuessLimits) throws {
        #expect(try GuessLimits(parsing: text) == limits)
    }

    @Test(
        "Limits that can't be read are refused",
        arguments: ["account", "account=10", "off,off", "of", "account=0/1m", "x=1/1m", "account=1/15"])
    func unreadable(text: String) {
        #expect(throws: FieldFault.self) { try GuessLimits(parsing: text) }
    }
}
