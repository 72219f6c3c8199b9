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
        var document = JSONObject()
        if delivery.usesBody {
            document["access_token"] = .string(session.accessToken)
            document["token_type"] = "Bearer"
        }
        document["expires_in"] = .integer(session.expiresIn)
        if delivery.usesBody { document["refresh_token"] = .string(session.refreshToken) }
        document["refresh_expires_in"] = .integer(session.refreshExpiresIn)
        if let user = session.user { document["user"] = user.document }
        if delivery.usesBody, let device = session.deviceToken { document["device_token"] = .string(device) }
        var answer = Answer.json(.object(document), status: status)
        if delivery.usesCookies {
            let cookies = SessionCookies(tenant)
            answer.setCookie(cookies.access(session.accessToken, maxAge: session.expiresIn))
            answer.setCookie(cookies.refresh(session.refreshToken, maxAge: session.refreshExpiresIn))
        }
        return answer
    }
}
