import Testing

@testable import Gatehouse

@Suite("PHC strings")
struct PHCFormatTests {
    @Test(
        "Base64 without padding goes both ways (RFC 4648, section 10)",
        arguments: [
            ("", ""), ("f", "Zg"), ("fo", "Zm8"), ("foo", "Zm9v"), ("foob", "Zm9vYg"), ("fooba", "Zm9vYmE"),
            ("foobar", "Zm9vYmFy"),
        ])
    func base64(plain: String, encoded: String) {
        #expect(PHCBase64.encode(Array(plain.utf8)) == encoded)
        #expect(PHCBase64.decode(encoded) == Array(plain.utf8))
    }

    @Test("Every byte survives, and passlib's dot reads as a plus")
    func alphabet() {
        let bytes = Array(UInt8.min ... .max)
        let text = PHCBase64.encode(bytes)
        #expect(text.contains("+") && text.contains("/"))
        #expect(PHCBase64.decode(text) == bytes)
        #expect(PHCBase64.decode(text.replacing("+", with: ".")) == bytes)
    }

    @Test(
        "Padding, white space, foreign characters, lone digits and trailing bits are refused",
        arguments: ["Zg==", "Zm 9v", "Zm9v\n", "Zm9-", "Zm9_", "Z", "Zm9vY", "Zh", "Zm9", "Zé"])
    func base64Strictness(text: String) {
        #expect(PHCBase64.decode(text) == nil)
    }

    @Test("Argon2 parameters are read from and written to their PHC form")
    func argon2Parameters() throws {
        #expect(Argon2Parameters.standard.description == "m=19456,t=2,p=1")
        #expect(try Argon2Parameters(parsing: "m=19456,t=2,p=1") == .standard)
        let parameters = try Argon2Parameters(parsing: "m=65536,t=3,p=4")
        #expect((parameters.memory, parameters.passes, parameters.lanes) == (65536, 3, 4))
    }

    @Test(
        "Argon2 parameters in another form or out of range are refused",
        arguments: [
            "", "m=19456", "m=19456,t=2", "t=2,m=19456,p=1", "m=19456,t=2,p=1,", "m=19456,t=2,p=1,k=1",
            "m=019456,t=2,p=1",
            "m=+19456,t=2,p=1", "m=19456, t=2,p=1", "m=1e9,t=2,p=1", "m=7,t=2,p=1", "m=8,t=2,p=2", "m=19456,t=0,p=1",
            "m=19456,t=2,p=0", "m=9999999999,t=2,p=1", "m=99999999999999999999,t=2,p=1", "m=19456,t=2,p=١",
        ])
    func argon2ParameterStrictness(text: String) {
        let fault = #expect(throws: FieldFault.self) { try Argon2Parameters(parsing: text) }
        #expect(fault?.code == "invalid_format")
    }

    @Test("Tags match only when every byte does")
    func tags() {
        let tag = SecretBytes(bytes: [1, 2, 3])
        #expect(tag.matches([1, 2, 3]))
        for other in [[0, 2, 3], [1, 0, 3], [1, 2, 0x83], [1, 2], [1, 2, 3, 4], []] as [[UInt8]] {
            #expect(!tag.matches(other))
        }
    }
}
