import Gatehouse
import TestSupport

/// A tenant with a user signed in, and keys that the tenant trusts and the test holds: tokens of the test's making are
/// good but for what it changes.
struct Forger: Sendable {
    let tenant: TestTenant
    let user: TestUser
    /// Imported for access tokens; of the tenant's algorithm.
    let key: KeyMaterial
    /// Imported for refresh tokens.
    let refreshKey: KeyMaterial
    /// Of the user's access token, naming `key`.
    let header: JSONObject
    /// Of the user's access token, and one more in which every form of base64 has a letter of its own.
    let claims: JSONObject
    /// A token of `header` and `claims`, which nobody has changed.
    let twin: String
    /// Of the user's refresh token, naming `refreshKey`.
    let refreshHeader: JSONObject
    let refreshClaims: JSONObject

    init(_ algorithm: SigningAlgorithm = .es256, key: KeyMaterial? = nil) async throws {
        let service = try await RunningService.shared
        tenant = try await service.tenant { $0.algorithm = algorithm }
        self.key = key ?? .generate(algorithm)
        refreshKey = .generate(.hs256)
        for (key, use) in [(self.key, KeyUse.access), (refreshKey, .refresh)] {
            _ = try await service.administration.importKey(
                tenant: tenant.tenant.slug, jwk: key.privateJWK().serialized(), use: use, state: .retired)
        }
        user = try await tenant.user()
        let (access, refresh) = (try TokenParts(user.access), try TokenParts(user.refresh))
        header = try JSON.object(in: access.header).with("kid", .string(self.key.kid))
        claims = try JSON.object(in: access.payload).with("pad", "~~~~")
        twin = try TokenParts(header: header, payload: claims).signed(by: self.key)
        refreshHeader = try JSON.object(in: refresh.header).with("kid", .string(refreshKey.kid))
        refreshClaims = try JSON.object(in: refresh.payload)
    }

    /// What most forgeries are made of.
    var good: TokenParts { TokenParts(header: header, payload: claims) }

    /// An access token with this header and these claims, signed as it should be.
    func token(header: JSONObject? = nil, claims: JSONObject? = nil) throws -> String {
        try TokenParts(header: header ?? self.header, payload: claims ?? self.claims).signed(by: key)
    }

    /// A refresh token with this header and these claims, signed as it should be.
    func refreshToken(header: JSONObject? = nil, claims: JSONObject? = nil) throws -> String {
        try TokenParts(header: header ?? refreshHeader, payload: claims ?? refreshClaims).signed(by: refreshKey)
    }

    func verdict(on token: String, use: KeyUse = .access) async throws -> TokenVerdict {
        try await tenant.service.administration.verifyToken(tenant: tenant.tenant.slug, token: token, use: use)
    }
}

extension JSON {
    struct NoObject: Error {}

    static func object(in bytes: [UInt8]) throws -> JSONObject {
        guard let object = try parse(bytes).objectValue else { throw NoObject() }
        return object
    }
}
