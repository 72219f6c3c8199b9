import Testing

@testable import Gatehouse

/// The keys and signatures printed in the standards.
enum PublishedKeys {
    /// RFC 7515 appendix A.1.
    static let hs256: JSONObject = [
        "kty": "oct", "k": "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow",
    ]
    /// RFC 7515 appendix A.3.
    static let es256: JSONObject = [
        "kty": "EC", "crv": "P-256", "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
        "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0", "d": "jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI",
    ]
    /// RFC 8037 appendix A.1.
    static let edDSA: JSONObject = [
        "kty": "OKP", "crv": "Ed25519", "d": "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A",
        "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
    ]
}

@Suite struct SignatureVectorTests {
    private static let joe =
        ".eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ"

    struct Vector: Sendable {
        let jwk: JSONObject
        let input: String
        let signature: String
    }

    static let vectors = [
        Vector(
            jwk: PublishedKeys.hs256, input: "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9" + joe,
            signature: "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"),
        Vector(
            jwk: PublishedKeys.es256, input: "eyJhbGciOiJFUzI1NiJ9" + joe,
            signature: "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q"),
        Vector(
            jwk: PublishedKeys.edDSA, input: "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc",
            signature: "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg"),
    ]

    @Test("The published signatures verify, and no altered one does", arguments: vectors)
    func verified(vector: Vector) throws {
        let key = try KeyMaterial(jwk: vector.jwk)
        let signature = try #require(Base64URL.decode(vector.signature))
        let input = Array(vector.input.utf8)
        #expect(key.isValid(signature: signature, for: input[...]))
        for index in signature.indices {
            var altered = signature
            altered[index] ^= 1
            #expect(!key.isValid(signature: altered, for: input[...]))
        }
        #expect(!key.isValid(signature: signature, for: (input + [0x41])[...]))
        #expect(!key.isValid(signature: signature.dropLast(), for: input[...]))
        #expect(!key.isValid(signature: signature + [0], for: input[...]))
        #expect(!key.isValid(signature: [], for: input[...]))
        #expect(!key.isValid(signature: [UInt8](repeating: 0, count: signature.count), for: input[...]))
    }

    @Test("HS256 signs to the published signature")
    func hs256() throws {
        let vector = Self.vectors[0]
        let signature = try KeyMaterial(jwk: vector.jwk).sign(Array(vector.input.utf8))
        #expect(Base64URL.encode(signature) == vector.signature)
    }

    @Test(
        "What we sign we verify, in 64 bytes where the algorithm has two halves", arguments: SigningAlgorithm.allCases)
    func roundTrip(algorithm: SigningAlgorithm) throws {
        let key = KeyMaterial.generate(algorithm)
        let signature = try key.sign([1, 2, 3])
        #expect(signature.count == (algorithm == .hs256 ? 32 : 64))
        #expect(key.isValid(signature: signature, for: [1, 2, 3]))
        #expect(!KeyMaterial.generate(algorithm).isValid(signature: signature, for: [1, 2, 3]))
    }

    @Test("An ECDSA signature in DER is refused")
    func der() throws {
        let key = try KeyMaterial(jwk: PublishedKeys.es256)
        let input = Array(Self.vectors[1].input.utf8)
        let raw = try #require(Base64URL.decode(Self.vectors[1].signature))
        let der = [0x30, 0x45, 0x02, 0x20] + raw.prefix(32) + [0x02, 0x21, 0x00] + raw.suffix(32)
        #expect(!key.isValid(signature: der, for: input[...]))
    }

    @Test("The published thumbprints (RFC 8037 A.3, RFC 9449 section 6.1, RFC 7638 section 3.1)")
    func thumbprints() throws {
        #expect(try KeyMaterial(jwk: PublishedKeys.edDSA).kid == "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k")
        #expect(
            KeyMaterial.thumbprint(ofMembers: [
                "kty": "EC", "x": "l8tFrhx-34tV3hRICRDY9zCkDlpBhF42UQUfWVAWBFs",
                "y": "9VE4jf_Ok_o64zbTTlcuNJajHmt6v9TDVrU0CdvGRDA", "crv": "P-256",
            ]) == "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I")
        let modulus =
            "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3"
            + "oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdA"
            + "ZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-"
            + "kEgU8awapJzKnqDKgw"
        #expect(
            KeyMaterial.thumbprint(ofMembers: ["kty": "RSA", "n": .string(modulus), "e": "AQAB"])
                == "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs")
        #expect(try KeyMaterial(jwk: PublishedKeys.es256).kid == "oKIywvGUpTVTyxMQ3bwIIeQUudfr_CkLMjCE19ECD-U")
    }
}
