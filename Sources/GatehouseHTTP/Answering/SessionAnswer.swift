import Gatehouse
import HTTPTypes

/// How the tokens of a session travel to the client.
enum Delivery: String, CaseIterable {
    case body, cookie, both

    var usesCookies: Bool { self != .body }
    var usesBody: Bool { self != .cookie }
}

extension Answer {
    /// The session object, its tokens in the body, in cookies or in both.
    static func session(
        _ session: IssuedSession, status: HTTPResponse.Status = .ok, by delivery: Delivery, in tenant: Tenant
    ) -> Answer {
        var document = JSONObjectWriter(capacity: 2048)
        if delivery.usesBody {
            document.append("access_token", session.accessToken)
            document.append("token_type", "Bearer")
        }
        document.append("expires_in", session.expiresIn)
        if delivery.usesBody { document.append("refresh_token", session.refreshToken) }
        document.append("refresh_expires_in", session.refreshExpiresIn)
        if let user = session.user { document.append("user", user.document) }
        if delivery.usesBody, let device = session.deviceToken { document.append("device_token", device) }
        var answer = Answer(status: status, body: .bytes(document.finished(), contentType: "application/json"))
        if delivery.usesCookies {
            let cookies = SessionCookies(tenant)
            answer.setCookie(cookies.access(session.accessToken, maxAge: session.expiresIn))
            answer.setCookie(cookies.refresh(session.refreshToken, maxAge: session.refreshExpiresIn))
        }
        return answer
    }
}
