import Testing

@testable import Gatehouse

@Suite struct ClientSecretTests {
    @Test("A secret is a prefix and 256 bits, another one each time, and is read back as what it is")
    func form() throws {
        let secret = ClientSecret.generate()
        #expect(secret.revealed.hasPrefix("ghcs_"))
        #expect(secret.revealed.utf8.count == 48)
        #expect(secret.revealed != ClientSecret.generate().revealed)
        let again = try #require(ClientSecret(secret.revealed))
        #expect(again.hash == secret.hash && again.matches(secret.hash))
        #expect(secret.hash.count == 32)
    }

    @Test("Another secret doesn't match, nor does a hash that is cut, empty or longer")
    func mismatch() {
        let secret = ClientSecret.generate()
        #expect(!ClientSecret.generate().matches(secret.hash))
        for index in secret.hash.indices {
            var other = secret.hash
            other[index] ^= 1
            #expect(!secret.matches(other))
        }
        for stored in [[], secret.hash.dropLast(), secret.hash + [0]] as [[UInt8]] { #expect(!secret.matches(stored)) }
    }

    @Test("What has not the form of a secret is none")
    func malformed() {
        let text = ClientSecret.generate().revealed
        let bare = String(text.dropFirst(5))
        for other in [
            "", "ghcs_", bare, "GHCS_\(bare)", "\(text)A", String(text.dropLast()), "\(text)=", " \(text)",
            "ghcs_\(text)",
            "ghcs_" + String(repeating: "A", count: 42) + "B", "ghcs_" + String(repeating: "é", count: 43),
        ] {
            #expect(ClientSecret(other) == nil, "\(other)")
        }
    }

    @Test("A secret shows nothing of itself when it is printed")
    func redacted() {
        let secret = ClientSecret.generate()
        var dumped = ""
        dump(secret, to: &dumped)
        for printed in ["\(secret)", String(reflecting: secret), dumped, "\(Optional(secret) as Any)"] {
            #expect(printed.contains("<redacted>") && !printed.contains("SymmetricKey"))
        }
    }
}
