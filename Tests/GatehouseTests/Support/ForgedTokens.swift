import Testing

@testable import Gatehouse

extension ServedTenant {
    /// A refresh token signed by this tenant's key, which says what another one says but for a change.
    func forged(_ token: String, _ change: (inout RefreshClaims) -> Void) throws -> String {
        var claims = try RefreshClaims(payload: CompactJWS.parse(token).payload)
        change(&claims)
        return try CompactJWS.sign(
            payload: claims.encoded(), type: .refreshToken, key: #require(refreshKeys.signingKey))
    }
}
