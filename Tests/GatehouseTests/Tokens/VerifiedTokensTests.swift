import FoundationEssentials
import Testing

@testable import Gatehouse

@Suite("Tokens that have been verified before") struct VerifiedTokensTests {
    private static let id = UUID()
    private let key = KeyMaterial.generate(.hs256)
    private let now = Date(timeIntervalSince1970: 1_800_000_000)

    @Test("are known to the ring that vouched for them, and to no other however alike")
    func ring() {
        let tokens = VerifiedTokens()
        let (ring, alike) = (ring(.current), ring(.current))
        #expect(tokens.claims(of: digest("a.b.c"), by: ring, at: now) == nil)
        tokens.remember(digest("a.b.c"), says: claims, signedWith: key.kid, in: ring)
        #expect(tokens.claims(of: digest("a.b.c"), by: ring, at: now) == claims)
        #expect(tokens.claims(of: digest("a.b.c"), by: alike, at: now) == nil)
        #expect(tokens.claims(of: digest("a.b.d"), by: ring, at: now) == nil)
    }

    @Test("are forgotten when the time of their key is over")
    func retiredKey() {
        let tokens = VerifiedTokens()
        let ring = ring(.retired(verifyUntil: now.addingTimeInterval(5)))
        tokens.remember(digest("a.b.c"), says: claims, signedWith: key.kid, in: ring)
        #expect(tokens.claims(of: digest("a.b.c"), by: ring, at: now.addingTimeInterval(4)) == claims)
        #expect(tokens.claims(of: digest("a.b.c"), by: ring, at: now.addingTimeInterval(5)) == nil)
    }

    @Test("are no more than may be kept, the ones used last")
    func bounded() {
        let tokens = VerifiedTokens(capacity: 100)
        let ring = ring(.current)
        for number in 0..<1_000 {
            tokens.remember(digest("\(number)"), says: claims, signedWith: key.kid, in: ring)
            #expect(tokens.claims(of: digest("0"), by: ring, at: now) == claims)
            #expect(tokens.count <= 100)
        }
        #expect(tokens.claims(of: digest("1"), by: ring, at: now) == nil)
        #expect(tokens.claims(of: digest("990"), by: ring, at: now) == claims)
    }

    @Test("are not kept where they are very long")
    func long() {
        let tokens = VerifiedTokens()
        let ring = ring(.current)
        tokens.remember(
            digest(String(repeating: "a", count: 2_049)), says: claims, signedWith: key.kid, in: ring)
        #expect(tokens.count == 0)
    }

    private var claims: AccessClaims {
        AccessClaims(
            issuer: "https://login.example/t/shop", subject: Self.id, audience: "shop", expiresAt: 2, issuedAt: 1,
            id: "j", sessionID: Self.id, email: "ada@example.com", emailVerified: true)
    }

    private func ring(_ state: KeyRing.State) -> KeyRing {
        KeyRing(keys: [KeyRing.Entry(kid: key.kid, state: state, material: key)])
    }

    private func digest(_ token: String) -> VerifiedTokens.Digest { VerifiedTokens.Digest(of: token) }
}
