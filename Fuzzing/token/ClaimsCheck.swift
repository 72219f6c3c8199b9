import FoundationEssentials
import Gatehouse

/// Reads a payload as the claims of every kind of token: what is read and written again says the same.
func checkClaims(in payload: [UInt8]) {
    let object = (try? JSON.parse(payload))?.objectValue
    if let claims = expectingInvalidClaims({ () throws(TokenFault) in try RefreshClaims(payload: payload) }) {
        expect(claims.generation >= 0, "A generation is not negative")
        checkExact(claims.encoded(), object)
        _ = try? claims.validate(tenantID: claims.tenantID, at: TestKeys.now)
    }
    if let claims = expectingInvalidClaims({ () throws(TokenFault) in try DeviceClaims(payload: payload) }) {
        checkExact(claims.encoded(), object)
        _ = try? claims.validate(tenantID: claims.tenantID, at: TestKeys.now)
    }
    if let claims = expectingInvalidClaims({ () throws(TokenFault) in try AccessClaims(payload: payload) }) {
        checkExact(claims.encoded(), object)
        let isValid =
            (try? claims.validate(issuer: claims.issuer, audience: claims.audience, at: TestKeys.now)) != nil
        let isTimely = claims.issuedAt <= 2_000_000_060 && (claims.notBefore ?? 0) <= 2_000_000_060
        expect(isValid == (isTimely && claims.expiresAt > 2_000_000_000), "A token is valid in its time only")
    }
}

private func expectingInvalidClaims<Claims>(_ read: () throws(TokenFault) -> Claims) -> Claims? {
    do throws(TokenFault) {
        return try read()
    } catch {
        expect(error == .invalidClaims, "Claims that can't be read are invalid claims")
        return nil
    }
}

/// `-0` and `0` are the same claim in two forms; everything else has one.
private func checkExact(_ encoded: [UInt8], _ payload: JSONObject?) {
    guard var object = payload else { return expect(false, "Claims are an object") }
    for (name, value) in object.members.map({ ($0.name, $0.value) }) where value.integerValue == 0 { object[name] = 0 }
    var again = (try? JSON.parse(encoded))?.objectValue
    for (name, value) in (again?.members ?? []).map({ ($0.name, $0.value) }) where value.integerValue == 0 {
        again?[name] = 0
    }
    expect(again == object, "Claims that are written again are those that were read")
}
