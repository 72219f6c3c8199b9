import Gatehouse
import HTTPTypes

extension Answer {
    /// The user in header fields, which a proxy copies into the request it passes on.
    ///
    /// All of them are there, empty where there is nothing to say: so that the copy always replaces what the client sent under
    /// the same name.
    static func verified(_ claims: AccessClaims, tenant slug: String) -> Answer {
        var answer = Answer.noContent
        answer.headers.append(contentsOf: [
            HTTPField(name: .xAuthTenant, value: slug),
            HTTPField(name: .xAuthUserID, value: claims.subject.lowercaseString),
            HTTPField(name: .xAuthSessionID, value: claims.sessionID.lowercaseString),
            HTTPField(name: .xAuthEmail, value: HeaderText.encode(claims.email)),
            HTTPField(name: .xAuthEmailVerified, value: claims.emailVerified ? "true" : "false"),
            HTTPField(name: .xAuthUsername, value: HeaderText.encode(claims.preferredUsername ?? "")),
            HTTPField(name: .xAuthName, value: HeaderText.encode(claims.name ?? "")),
        ])
        return answer
    }
}

extension HTTPField.Name {
    fileprivate static let xAuthTenant = known("X-Auth-Tenant")
    fileprivate static let xAuthUserID = known("X-Auth-User-Id")
    fileprivate static let xAuthSessionID = known("X-Auth-Session-Id")
    fileprivate static let xAuthEmail = known("X-Auth-Email")
    fileprivate static let xAuthEmailVerified = known("X-Auth-Email-Verified")
    fileprivate static let xAuthUsername = known("X-Auth-Username")
    fileprivate static let xAuthName = known("X-Auth-Name")
}
