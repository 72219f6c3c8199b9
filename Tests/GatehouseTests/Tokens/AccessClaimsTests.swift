import Foundation
import Gatehouse
import Testing

@Suite struct AccessClaimsTests {
    static let claims = AccessClaims(
        issuer: "https://login.example/t/shop",
        subject: UUID(uuidString: "6BA7B810-9DAD-11D1-80B4-00C04FD430C8") ?? UUID(),
        audience: "shop", expiresAt: 1_700_000_900, issuedAt: 1_700_000_000, id: "token-1",
        sessionID: UUID(uuidString: "6BA7B811-9DAD-11D1-80B4-00C04FD430C8") ?? UUID(), email: "ann@example.com",
        emailVerified: true, preferredUsername: "ann", name: "Ann \"A\" É", extra: ["roles": ["admin"], "plan": "gold"])

    static let text =
        #"{"iss":"https://login.example/t/shop","sub":"6ba7b810-9dad-11d1-80b4-00c04fd430c8","aud":"shop","#
        + #""exp":1700000900,"iat":1700000000,"jti":"token-1","sid":"6ba7b811-9dad-11d1-80b4-00c04fd430c8","#
        + #""email":"ann@example.com","email_verified":true,"preferred_username":"ann","name":"Ann \"A\" É","#
        + #""roles":["admin"],"plan":"gold"}"#

    /// The payload with one claim replaced, or removed.
    static func payload(_ name: String, _ value: JSON?) throws -> [UInt8] {
        var object = try #require(JSON.parse(text).objectValue)
        object[name] = value
        return object.serialized()
    }

    @Test("The claims are written under their registered names, and read back")
    func roundTrip() throws {
        #expect(String(decoding: Self.claims.encoded(), as: UTF8.self) == Self.text)
        #expect(try AccessClaims(payload: Self.claims.encoded()) == Self.claims)
    }

    @Test("Names that are null are absent")
    func optional() throws {
        var claims = Self.claims
        claims.preferredUsername = nil
        claims.name = nil
        claims.extra = [:]
        let object = try #require(JSON.parse(claims.encoded()).objectValue)
        #expect(
            object.names == ["iss", "sub", "aud", "exp", "iat", "jti", "sid", "email", "email_verified"])
        #expect(try AccessClaims(payload: claims.encoded()) == claims)
    }

    @Test("The operator's claims can't replace Gatehouse's")
    func noOverride() throws {
        var claims = Self.claims
        claims.name = nil
        claims.extra = [
            "sub": "root", "exp": 9_999_999_999, "name": "Eve", "nbf": 1, "email_verified": false, "roles": [],
        ]
        let read = try AccessClaims(payload: claims.encoded())
        #expect(read.subject == claims.subject)
        #expect(read.expiresAt == claims.expiresAt)
        #expect(read.name == nil)
        #expect(read.notBefore == nil)
        #expect(read.emailVerified)
        #expect(read.extra == ["roles": []])
    }

    @Test(
        "A missing claim makes them invalid",
        arguments: ["iss", "sub", "aud", "exp", "iat", "jti", "sid", "email", "email_verified"])
    func missing(name: String) throws {
        let payload = try Self.payload(name, nil)
        #expect(throws: TokenFault.invalidClaims) { try AccessClaims(payload: payload) }
    }

    @Test(
        "A claim of another type or out of bounds makes them invalid",
        arguments: [
            ("iss", 1), ("iss", nil), ("sub", "6BA7B810-9DAD-11D1-80B4-00C04FD430C8"), ("sub", "ann"), ("sub", 1),
            ("sub", "6ba7b8109dad11d180b400c04fd430c8"), ("sub", "{6ba7b810-9dad-11d1-80b4-00c04fd430c8}"),
            ("aud", ["shop"]), ("aud", nil), ("exp", "1700000900"), ("exp", -1), ("exp", 253_402_300_800),
            ("exp", true),
            ("iat", nil), ("iat", -5), ("nbf", "1"), ("nbf", nil), ("jti", 1), ("sid", "x"), ("email", nil),
            ("email", false),
            ("email_verified", "true"), ("email_verified", 1), ("preferred_username", nil), ("name", 1), ("name", nil),
        ] as [(String, JSON)])
    func invalid(name: String, value: JSON) throws {
        let payload = try Self.payload(name, value)
        #expect(throws: TokenFault.invalidClaims) { try AccessClaims(payload: payload) }
    }

    @Test(
        "Times must be plain integers",
        arguments: ["1.7e9", "1700000900.0", "1700000900.5", "99999999999999999999", "1E9"])
    func fractionalTimes(time: String) {
        let payload = Self.text.replacing("1700000900", with: time)
        #expect(throws: TokenFault.invalidClaims) { try AccessClaims(payload: Array(payload.utf8)) }
    }

    @Test(
        "What is not strictly one JSON object is invalid",
        arguments: [
            "", "[]", "null", "{", text + " x", text.dropLast() + #","sub":"x"}"#, text.dropLast() + #","a":"\u0000"}"#,
        ])
    func notAnObject(payload: String) {
        #expect(throws: TokenFault.invalidClaims) { try AccessClaims(payload: Array(payload.utf8)) }
    }

    private func fault(
        issuer: String = claims.issuer, audience: String = "shop", at seconds: Double, leeway: Int = 60,
        _ claims: AccessClaims = claims
    ) -> TokenFault? {
        do throws(TokenFault) {
            let now = Date(timeIntervalSince1970: seconds)
            try claims.validate(issuer: issuer, audience: audience, at: now, leeway: leeway)
            return nil
        } catch {
            return error
        }
    }

    @Test("They are valid from a minute before they were issued until the second they expire")
    func lifetime() {
        #expect(fault(at: 1_700_000_000) == nil)
        #expect(fault(at: 1_700_000_899.999) == nil)
        #expect(fault(at: 1_700_000_900) == .expired)
        #expect(fault(at: 1_699_999_940) == nil)
        #expect(fault(at: 1_699_999_939) == .notYetValid)
        #expect(fault(at: 1_699_999_999, leeway: 0) == .notYetValid)
    }

    @Test("A token that names a later beginning waits for it")
    func notBefore() {
        var claims = Self.claims
        claims.notBefore = 1_700_000_500
        #expect(fault(at: 1_700_000_439, claims) == .notYetValid)
        #expect(fault(at: 1_700_000_440, claims) == nil)
    }

    @Test("Issuer and audience must be exactly these")
    func addressees() {
        #expect(fault(issuer: "https://login.example/t/shop/", at: 1_700_000_000) == .wrongIssuer)
        #expect(fault(issuer: "https://login.example/t/blog", at: 1_700_000_000) == .wrongIssuer)
        #expect(fault(audience: "Shop", at: 1_700_000_000) == .wrongAudience)
        #expect(fault(audience: "", at: 1_700_000_000) == .wrongAudience)
    }

    @Test("Of several faults the first of the documented order is reported")
    func order() {
        #expect(fault(issuer: "x", audience: "x", at: 0) == .wrongIssuer)
        #expect(fault(audience: "x", at: 0) == .wrongAudience)
        var claims = Self.claims
        claims.expiresAt = 1
        #expect(fault(at: 100, claims) == .notYetValid)
    }

    @Test(
        "Every name that Gatehouse writes is reserved, and so are registered ones",
        arguments: [
            "iss", "sub", "aud", "exp", "nbf", "iat", "jti", "sid", "email", "email_verified", "preferred_username",
            "name",
            "given_name", "azp", "scope", "client_id", "cnf", "act", "auth_time", "nonce", "acr", "amr", "phone_number",
            "tid", "gen", "typ", "kid", "alg",
        ])
    func reserved(name: String) {
        #expect(AccessClaims.reservedNames.contains(name))
    }

    @Test(
        "Roles and the like are the operator's", arguments: ["roles", "groups", "entitlements", "plan", "permissions"])
    func free(name: String) {
        #expect(!AccessClaims.reservedNames.contains(name))
    }

    @Test("No written claim has been forgotten among the reserved names")
    func complete() throws {
        var claims = Self.claims
        claims.extra = [:]
        claims.notBefore = 1
        let written = try #require(JSON.parse(claims.encoded()).objectValue).names
        #expect(written.count == 12)
        #expect(AccessClaims.reservedNames.isSuperset(of: written))
    }
}
