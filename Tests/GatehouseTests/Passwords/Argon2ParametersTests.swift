import Testing

@testable import Gatehouse

@Suite("The cost of Argon2id")
struct Argon2ParametersTests {
    private static let standard = "m=19456,t=2,p=1"

    /// What OWASP's cheat sheet on password storage has as equal.
    private static let equals = [
        "m=47104,t=1,p=1", standard, "m=12288,t=3,p=1", "m=9216,t=4,p=1", "m=7168,t=5,p=1",
    ]

    @Test("Of costs that OWASP takes for equal none is weaker than another", arguments: equals, equals)
    func equal(stored: String, configured: String) throws {
        let configured = try Argon2Parameters(parsing: configured)
        #expect(try !Argon2Parameters(parsing: stored).isWeaker(than: configured))
    }

    @Test(
        "A hash is weaker where a guess moves less memory, whichever of memory and passes that is by, or has hardly any",
        arguments: [
            // Up to a twentieth less is the same.
            ("m=18484,t=2,p=1", standard, false), ("m=18483,t=2,p=1", standard, true),
            ("m=19456,t=1,p=1", standard, true),
            // Memory makes up for passes, of which the first moves three quarters of what another does.
            ("m=262144,t=1,p=1", standard, false), ("m=43128,t=1,p=1", standard, false),
            ("m=43127,t=1,p=1", standard, true),
            // Passes make up for memory, down to a seventh of it.
            ("m=7168,t=6,p=1", standard, false), ("m=7168,t=4,p=1", standard, true),
            ("m=2780,t=1024,p=1", standard, false), ("m=2779,t=1024,p=1", standard, true),
            // Lanes are no strength.
            ("m=65536,t=3,p=1", "m=65536,t=3,p=4", false), ("m=65536,t=3,p=4", "m=65536,t=4,p=1", true),
        ])
    func weaker(stored: String, configured: String, isWeaker: Bool) throws {
        let configured = try Argon2Parameters(parsing: configured)
        #expect(try Argon2Parameters(parsing: stored).isWeaker(than: configured) == isWeaker)
    }
}
