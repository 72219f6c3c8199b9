import Testing

@testable import Gatehouse

@Suite struct KeyImportTests {
    private func imported(_ jwk: JSONObject, _ changes: [(String, JSON?)] = []) throws(FieldFault) -> KeyMaterial {
        var jwk = jwk
        for (name, value) in changes { jwk[name] = value }
        return try KeyMaterial(jwk: jwk)
    }

    private func code(_ jwk: JSONObject, _ changes: (String, JSON?)...) -> String? {
        do throws(FieldFault) {
            _ = try imported(jwk, changes)
            return nil
        } catch {
            return error.code
        }
    }

    @Test("Private keys are read, whatever members else they carry")
    func accepted() throws {
        for (jwk, algorithm) in [
            (PublishedKeys.es256, SigningAlgorithm.es256), (PublishedKeys.edDSA, .edDSA), (PublishedKeys.hs256, .hs256),
        ] {
            let key = try imported(
                jwk,
                [
                    ("alg", .string(algorithm.rawValue)), ("use", "sig"), ("key_ops", ["verify", "sign"]),
                    ("x5t", "AAAA"),
                    ("ext", true), ("kid", "from-elsewhere.1"),
                ])
            #expect(key.algorithm == algorithm)
            #expect(key.kid == "from-elsewhere.1")
        }
    }

    @Test("A key without kid gets its thumbprint, a shared secret a random one")
    func kid() throws {
        #expect(try imported(PublishedKeys.es256).kid == "oKIywvGUpTVTyxMQ3bwIIeQUudfr_CkLMjCE19ECD-U")
        let kids = try (0..<2).map { _ in try imported(PublishedKeys.hs256).kid }
        #expect(kids[0] != kids[1])
        #expect(kids[0].utf8.count == 22)
    }

    @Test("Public keys, RSA, other curves and keys for encryption are refused")
    func unsupported() {
        #expect(code(PublishedKeys.es256, ("d", nil)) == "unsupported_key")
        #expect(code(PublishedKeys.edDSA, ("d", nil)) == "unsupported_key")
        #expect(code(["kty": "RSA", "n": "AQAB", "e": "AQAB", "d": "AQAB"]) == "unsupported_key")
        #expect(code(PublishedKeys.es256, ("crv", "P-384")) == "unsupported_key")
        #expect(code(PublishedKeys.edDSA, ("crv", "X25519")) == "unsupported_key")
        #expect(code(PublishedKeys.es256, ("kty", "ec")) == "unsupported_key")
        #expect(code(PublishedKeys.es256, ("use", "enc")) == "unsupported_key")
        #expect(code(PublishedKeys.es256, ("key_ops", ["verify"])) == "unsupported_key")
        #expect(code(PublishedKeys.es256, ("key_ops", [])) == "unsupported_key")
        #expect(code(PublishedKeys.es256, ("key_ops", "sign")) == "unsupported_key")
    }

    @Test("An algorithm that is not the key's is refused")
    func mismatchedAlgorithm() {
        #expect(code(PublishedKeys.es256, ("alg", "ES384")) == "unsupported_key")
        #expect(code(PublishedKeys.es256, ("alg", "HS256")) == "unsupported_key")
        #expect(code(PublishedKeys.es256, ("alg", "ECDH-ES")) == "unsupported_key")
        #expect(code(PublishedKeys.edDSA, ("alg", "ES256")) == "unsupported_key")
        #expect(code(PublishedKeys.hs256, ("alg", "HS512")) == "unsupported_key")
        #expect(code(PublishedKeys.hs256, ("alg", .null)) == "invalid_key")
    }

    @Test("A public half that is missing or another key's is refused")
    func mismatchedHalves() {
        let other = KeyMaterial.generate(.es256).publicJWK ?? [:]
        #expect(code(PublishedKeys.es256, ("x", other["x"]), ("y", other["y"])) == "invalid_key")
        #expect(code(PublishedKeys.es256, ("x", other["x"])) == "invalid_key")
        #expect(code(PublishedKeys.es256, ("y", other["y"])) == "invalid_key")
        #expect(code(PublishedKeys.es256, ("x", nil)) == "invalid_key")
        #expect(code(PublishedKeys.es256, ("y", nil)) == "invalid_key")
        #expect(code(PublishedKeys.edDSA, ("x", KeyMaterial.generate(.edDSA).publicJWK?["x"])) == "invalid_key")
        #expect(code(PublishedKeys.edDSA, ("x", nil)) == "invalid_key")
    }

    @Test("A private part that is no number of the curve is refused")
    func privatePart() {
        func bytes(_ value: UInt8, _ count: Int) -> JSON {
            .string(Base64URL.encode([UInt8](repeating: value, count: count)))
        }
        #expect(code(PublishedKeys.es256, ("d", bytes(0, 32))) == "invalid_key")
        #expect(code(PublishedKeys.es256, ("d", bytes(0xFF, 32))) == "invalid_key")
        #expect(code(PublishedKeys.es256, ("d", bytes(1, 31))) == "invalid_key")
        #expect(code(PublishedKeys.es256, ("d", bytes(1, 33))) == "invalid_key")
        #expect(code(PublishedKeys.edDSA, ("d", bytes(1, 64))) == "invalid_key")
        #expect(code(PublishedKeys.es256, ("d", "not base64url!")) == "invalid_key")
        #expect(code(PublishedKeys.es256, ("d", 5)) == "invalid_key")
    }

    @Test(
        "A shared secret must be 32 to 1024 bytes",
        arguments: [(0, false), (31, false), (32, true), (1024, true), (1025, false)])
    func secretLength(count: Int, accepted: Bool) {
        let secret = Base64URL.encode([UInt8](repeating: 7, count: count))
        #expect((code(["kty": "oct", "k": .string(secret)]) == nil) == accepted)
    }

    @Test(
        "A kid must be 1 to 128 printable ASCII characters",
        arguments: [
            ("", false), ("a b", false), ("é", false), ("a\n", false), ("\u{7F}", false), ("~!/+=", true),
            (String(repeating: "k", count: 128), true), (String(repeating: "k", count: 129), false),
        ])
    func kid(kid: String, accepted: Bool) {
        #expect((code(PublishedKeys.es256, ("kid", .string(kid))) == nil) == accepted)
        let secret = SigningSecret(copying: [UInt8](repeating: 1, count: 32))
        #expect(((try? KeyMaterial(algorithm: .hs256, secret: secret, kid: kid)) != nil) == accepted)
    }

    @Test(
        "A kid that stands in no token as it is isn't taken, and one that is there stays", arguments: ["a\"b", "a\\b"])
    func escapedKid(kid: String) throws {
        #expect(code(PublishedKeys.es256, ("kid", .string(kid))) == "invalid_key")
        let secret = SigningSecret(copying: [UInt8](repeating: 1, count: 32))
        let key = try KeyMaterial(algorithm: .hs256, secret: secret, kid: kid)
        let token = try CompactJWS.sign(payload: Array("{}".utf8), type: .accessToken, key: key)
        #expect(try CompactJWS.parse(token).kid == kid)
    }

    @Test("A kid that is no text is refused")
    func kidType() {
        #expect(code(PublishedKeys.es256, ("kid", 7)) == "invalid_key")
        #expect(code(PublishedKeys.es256, ("kid", .null)) == "invalid_key")
    }

    @Test("No message repeats the secret")
    func messages() {
        for changes: [(String, JSON?)] in [[("x", nil)], [("use", "enc")], [("y", "AAAA")], [("kid", "a b")]] {
            do throws(FieldFault) {
                _ = try imported(PublishedKeys.es256, changes)
                Issue.record("accepted")
            } catch {
                #expect(!error.message.contains("jpsQ"))
            }
        }
    }

    @Test("An exported key can be imported, and is the same", arguments: SigningAlgorithm.allCases)
    func exported(algorithm: SigningAlgorithm) throws {
        let key = KeyMaterial.generate(algorithm)
        let copy = try KeyMaterial(jwk: #require(JSON.parse(key.privateJWK().serialized()).objectValue))
        #expect(copy.kid == key.kid)
        #expect(copy.algorithm == algorithm)
        #expect(copy.privateJWK() == key.privateJWK())
        #expect(try copy.isValid(signature: key.sign([1]), for: [1]))
    }

    @Test("The published form holds no secret")
    func published() throws {
        #expect(
            KeyMaterial.generate(.es256).publicJWK?.names == ["kty", "crv", "x", "y", "kid", "use", "alg"])
        #expect(KeyMaterial.generate(.edDSA).publicJWK?.names == ["kty", "crv", "x", "kid", "use", "alg"])
        #expect(KeyMaterial.generate(.hs256).publicJWK == nil)
        let jwk = try #require(KeyMaterial(jwk: PublishedKeys.es256).publicJWK)
        #expect(jwk["x"] == PublishedKeys.es256["x"])
        #expect(jwk["y"] == PublishedKeys.es256["y"])
        #expect(jwk["alg"] == "ES256")
        #expect(jwk["use"] == "sig")
        #expect(jwk["kid"] == "oKIywvGUpTVTyxMQ3bwIIeQUudfr_CkLMjCE19ECD-U")
    }

    @Test("A key comes back from its secret", arguments: SigningAlgorithm.allCases)
    func restored(algorithm: SigningAlgorithm) throws {
        let key = KeyMaterial.generate(algorithm)
        let copy = try KeyMaterial(algorithm: algorithm, secret: key.secret, kid: key.kid)
        #expect(copy.privateJWK() == key.privateJWK())
        #expect(throws: FieldFault.self) {
            try KeyMaterial(algorithm: algorithm, secret: SigningSecret(copying: [1, 2, 3]))
        }
    }
}
