import Testing

@testable import Gatehouse

@Suite("The cost of Argon2id")
struct Argon2ParametersTests {
    private static let standard = "m=19456,t=2,p=1"

    @Test(
        "A hash is weaker where a guess moves less memory or occupies it for less, whichever of memory and passes that is by",
        arguments: [
            (standard, standard, false),
            // Less of one, and no more of the other.
            ("m=19455,t=2,p=1", standard, true), ("m=19456,t=1,p=1", standard, true),
            // Memory makes up for passes.
            ("m=262144,t=1,p=1", standard, false), ("m=38912,t=1,p=1", standard, false),
            ("m=38911,t=1,p=1", standard, true),
            // Passes make up for memory by its square.
            ("m=13758,t=4,p=1", standard, false), ("m=13757,t=4,p=1", standard, true),
            ("m=12288,t=8,p=1", standard, false), ("m=7168,t=6,p=1", standard, true),
            ("m=64,t=1024,p=1", standard, true),
            // Lanes are no strength.
            ("m=65536,t=3,p=1", "m=65536,t=3,p=4", false), ("m=65536,t=3,p=4", "m=65536,t=4,p=1", true),
        ])
    func weaker(stored: String, configured: String, isWeaker: Bool) throws {
        let configured = try Argon2Parameters(parsing: configured)
        #expect(try Argon2Parameters(parsing: stored).isWeaker(than: configured) == isWeaker)
    }
}
