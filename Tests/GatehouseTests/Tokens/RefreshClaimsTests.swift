import Foundation
import Gatehouse
import Testing

@Suite struct RefreshClaimsTests {
    static let tenantID = UUID(uuidString: "6BA7B810-9DAD-11D1-80B4-00C04FD430C8") ?? UUID()
    static let otherID = UUID(uuidString: "6BA7B811-9DAD-11D1-80B4-00C04FD430C8") ?? UUID()
    static let claims = RefreshClaims(
        tenantID: tenantID, sessionID: otherID, generation: 3, issuedAt: 1_700_000_000, expiresAt: 1_700_000_600)
    static let text =
        #"{"tid":"6ba7b810-9dad-11d1-80b4-00c04fd430c8","sid":"6ba7b811-9dad-11d1-80b4-00c04fd430c8","gen":3,"#
        + #""iat":1700000000,"exp":1700000600}"#

    @Test("The same claims are always the same bytes")
    func roundTrip() throws {
        #expect(String(decoding: Self.claims.encoded(), as: UTF8.self) == Self.text)
        #expect(try RefreshClaims(payload: Self.claims.encoded()) == Self.claims)
    }

    @Test(
        "Anything but exactly these claims is invalid",
        arguments: [
            ("tid", nil), ("sid", nil), ("gen", nil), ("iat", nil), ("exp", nil), ("sub", "x"), ("gen", -1),
            ("gen", "3"),
            ("gen", .null), ("gen", true), ("exp", "1"), ("iat", -1), ("tid", "x"),
            ("sid", "6BA7B811-9DAD-11D1-80B4-00C04FD430C8"),
        ] as [(String, JSON?)])
    func invalid(name: String, value: JSON?) throws {
        var object = try #require(JSON.parse(Self.text).objectValue)
        object[name] = value
        let payload = object.serialized()
        #expect(throws: TokenFault.invalidClaims) { try RefreshClaims(payload: payload) }
    }

    @Test(
        "A generation that is no plain integer is invalid", arguments: ["3.0", "3e0", "1e400", "9223372036854775808"])
    func fractionalGeneration(generation: String) {
        let payload = Self.text.replacing("\"gen\":3", with: "\"gen\":\(generation)")
        #expect(throws: TokenFault.invalidClaims) { try RefreshClaims(payload: Array(payload.utf8)) }
    }

    @Test("The greatest generation is still one")
    func greatestGeneration() throws {
        var claims = Self.claims
        claims.generation = .max
        #expect(try RefreshClaims(payload: claims.encoded()) == claims)
    }

    @Test("What is read in the form in which it is written is judged as in any other", arguments: [3, .max])
    func twoWays(generation: Int) throws {
        var claims = Self.claims
        claims.generation = generation
        let payload = claims.encoded()
        for place in payload.indices {
            for byte in UInt8.min ... .max {
                var changed = payload
                changed[place] = byte
                // White space before it: nobody writes that.
                let other = Result { try RefreshClaims(payload: [0x20] + changed) }
                #expect(Self.isSame(Result { try RefreshClaims(payload: changed) }, other), "\(byte) at \(place)")
            }
            let other = Result { try RefreshClaims(payload: [0x20] + payload[..<place]) }
            #expect(Self.isSame(Result { try RefreshClaims(payload: Array(payload[..<place])) }, other))
        }
    }

    private static func isSame(
        _ one: Result<RefreshClaims, any Error>, _ other: Result<RefreshClaims, any Error>
    ) -> Bool {
        switch (one, other) {
        case (.success(let one), .success(let other)): one == other
        case (.failure(let one as TokenFault), .failure(let other as TokenFault)): one == other
        default: false
        }
    }

    @Test("Another tenant's token is refused first, one expired by more than a minute next")
    func validation() throws {
        try Self.claims.validate(tenantID: Self.tenantID, at: Date(timeIntervalSince1970: 1_700_000_660.9))
        #expect(throws: TokenFault.expired) {
            try Self.claims.validate(tenantID: Self.tenantID, at: Date(timeIntervalSince1970: 1_700_000_661))
        }
        #expect(throws: TokenFault.wrongIssuer) {
            try Self.claims.validate(tenantID: Self.otherID, at: Date(timeIntervalSince1970: 1_800_000_000))
        }
        try Self.claims.validate(tenantID: Self.tenantID)
        #expect(throws: TokenFault.wrongIssuer) { try Self.claims.validate(tenantID: Self.otherID) }
    }
}
