import Foundation
import Gatehouse
import Testing

@Suite struct DeviceClaimsTests {
    static let tenantID = RefreshClaimsTests.tenantID
    static let claims = DeviceClaims(
        tenantID: tenantID, subject: RefreshClaimsTests.otherID, deviceID: tenantID, passwordVersion: 3,
        issuedAt: 1_700_000_000)

    @Test("A device token lives for 400 days, and says tenant, user, device and which password it was")
    func roundTrip() throws {
        let text =
            #"{"tid":"6ba7b810-9dad-11d1-80b4-00c04fd430c8","sub":"6ba7b811-9dad-11d1-80b4-00c04fd430c8","#
            + #""did":"6ba7b810-9dad-11d1-80b4-00c04fd430c8","pwv":3,"iat":1700000000,"exp":1734560000}"#
        #expect(String(decoding: Self.claims.encoded(), as: UTF8.self) == text)
        #expect(try DeviceClaims(payload: Self.claims.encoded()) == Self.claims)
    }

    @Test(
        "Anything but exactly these claims is invalid",
        arguments: [
            ("tid", nil), ("sub", nil), ("did", nil), ("iat", nil), ("exp", nil), ("exp", 1_700_000_001), ("gen", 0),
            ("sid", "x"), ("sub", "x"), ("iat", -1), ("pwv", nil), ("pwv", -1), ("pwv", "3"),
        ] as [(String, JSON?)])
    func invalid(name: String, value: JSON?) throws {
        var object = try #require(JSON.parse(Self.claims.encoded()).objectValue)
        object[name] = value
        let payload = object.serialized()
        #expect(throws: TokenFault.invalidClaims) { try DeviceClaims(payload: payload) }
    }

    @Test("Another tenant's token, and one of a device not seen for 400 days, are refused")
    func validation() throws {
        try Self.claims.validate(tenantID: Self.tenantID, at: Date(timeIntervalSince1970: 1_734_559_999))
        #expect(throws: TokenFault.expired) {
            try Self.claims.validate(tenantID: Self.tenantID, at: Date(timeIntervalSince1970: 1_734_560_000))
        }
        #expect(throws: TokenFault.wrongIssuer) {
            try Self.claims.validate(
                tenantID: RefreshClaimsTests.otherID, at: Date(timeIntervalSince1970: 1_700_000_000))
        }
    }
}
