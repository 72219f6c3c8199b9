import Foundation
import Gatehouse
import Testing

@Suite struct KeyRingTests {
    private static let key = KeyMaterial.generate(.es256)
    private static let now = Date(timeIntervalSince1970: 1_700_000_000)

    private func ring(_ state: KeyRing.State, _ material: KeyMaterial? = key) -> KeyRing {
        KeyRing(keys: [.init(kid: Self.key.kid, state: state, material: material)])
    }

    private func fault(
        _ ring: KeyRing, _ token: String? = nil, expecting type: TokenType = .accessToken
    ) throws -> TokenFault? {
        let jws = try CompactJWS.parse(token ?? self.token(Self.key))
        do throws(TokenFault) {
            try ring.verify(jws, expecting: type, at: Self.now)
            return nil
        } catch {
            return error
        }
    }

    private func token(_ key: KeyMaterial, type: TokenType = .accessToken) throws -> String {
        try CompactJWS.sign(payload: Array("{}".utf8), type: type, key: key)
    }

    private func damaged(_ token: String) -> String {
        var parts = token.split(separator: ".").map(String.init)
        parts[1] = "e30A"
        return parts.joined(separator: ".")
    }

    @Test("Next, current and retired keys verify, a retired one until its time")
    func states() throws {
        #expect(try fault(ring(.next)) == nil)
        #expect(try fault(ring(.current)) == nil)
        #expect(try fault(ring(.retired(verifyUntil: Self.now + 1))) == nil)
        #expect(try fault(ring(.retired(verifyUntil: Self.now))) == .unknownKey)
        #expect(try fault(ring(.revoked)) == .revokedKey)
        #expect(try fault(ring(.revoked, nil)) == .revokedKey)
        #expect(try fault(ring(.current, nil)) == .unknownKey)
        #expect(try fault(KeyRing(keys: [])) == .unknownKey)
    }

    @Test("A revoked key's signature is checked before the revocation is told")
    func revoked() throws {
        #expect(try fault(ring(.revoked), damaged(token(Self.key))) == .badSignature)
        #expect(try fault(ring(.revoked), expecting: .refreshToken) == .revokedKey)
    }

    @Test("Another key's signature under this kid is no good")
    func forged() throws {
        let forger = try KeyMaterial(algorithm: .es256, secret: KeyMaterial.generate(.es256).secret, kid: Self.key.kid)
        #expect(try fault(ring(.current), token(forger)) == .badSignature)
        #expect(try fault(ring(.current), damaged(token(Self.key))) == .badSignature)
    }

    @Test("The public key is never taken for a shared secret")
    func algorithmConfusion() throws {
        let point = try #require(Self.key.publicJWK)
        let publicBytes = try ["x", "y"].flatMap { try #require(point[$0]?.stringValue.flatMap(Base64URL.decode)) }
        let forger = try KeyMaterial(algorithm: .hs256, secret: SigningSecret(copying: publicBytes), kid: Self.key.kid)
        #expect(try fault(ring(.current), token(forger)) == .wrongAlgorithm)
        let edwards = try KeyMaterial(algorithm: .edDSA, secret: KeyMaterial.generate(.edDSA).secret, kid: Self.key.kid)
        #expect(try fault(ring(.revoked), token(edwards)) == .wrongAlgorithm)
    }

    @Test("A token of another type is refused after its signature")
    func type() throws {
        #expect(try fault(ring(.current), expecting: .refreshToken) == .wrongType)
        #expect(try fault(ring(.current), damaged(token(Self.key)), expecting: .refreshToken) == .badSignature)
    }

    @Test("The key is chosen by its kid among many, and the current one signs")
    func many() throws {
        let keys = (0..<4).map { _ in KeyMaterial.generate(.edDSA) }
        let states: [KeyRing.State] = [.next, .retired(verifyUntil: Self.now + 60), .current, .revoked]
        let ring = KeyRing(
            keys: zip(keys, states).map { KeyRing.Entry(kid: $0.kid, state: $1, material: $0) })
        #expect(ring.signingKey?.kid == keys[2].kid)
        #expect(try keys.map { try fault(ring, token($0)) } == [nil, nil, nil, .revokedKey])
        #expect(try fault(ring) == .unknownKey)
        #expect(KeyRing(keys: []).signingKey == nil)
    }

    @Test("Published are public keys that verify now or will soon")
    func published() throws {
        let keys = (0..<5).map { _ in KeyMaterial.generate(.es256) } + [KeyMaterial.generate(.hs256)]
        let states: [KeyRing.State] = [
            .current, .next, .retired(verifyUntil: Self.now + 1), .retired(verifyUntil: Self.now), .revoked, .next,
        ]
        let ring = KeyRing(keys: zip(keys, states).map { KeyRing.Entry(kid: $0.kid, state: $1, material: $0) })
        let set = ring.publicKeySet(at: Self.now)
        #expect(set == ["keys": .array(keys[..<3].compactMap { $0.publicJWK.map(JSON.object) })])
        #expect(KeyRing(keys: []).publicKeySet(at: Self.now).text == #"{"keys":[]}"#)
    }
}
