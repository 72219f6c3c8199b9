import Gatehouse
import HTTPTypes

extension Answer {
    /// An error of the `oauth2` routes (RFC 6749, section 5.2); a client that isn't known is asked for its credentials.
    static func oauthFault(_ fault: OAuthFault, realm: String) -> Answer {
        var answer = Answer.json(
            ["error": .string(fault.code), "error_description": .string(fault.detail)], status: fault.status)
        if fault == .invalidClient {
            answer.headers[.wwwAuthenticate] = "Basic realm=\"\(realm)\", charset=\"UTF-8\""
        }
        return answer
    }
}

extension OAuthFault {
    fileprivate var status: HTTPResponse.Status {
        self == .invalidClient ? .unauthorized : .badRequest
    }

    fileprivate var code: String {
        switch self {
        case .invalidRequest: "invalid_request"
        case .invalidClient: Refusal.invalidClient.code
        case .unsupportedTokenType: Refusal.unsupportedTokenType.code
        }
    }

    /// In the characters that RFC 6749 allows here: printable ASCII without quotation mark and backslash.
    fileprivate var detail: String {
        switch self {
        case .invalidRequest(let sentence): sentence
        case .invalidClient: Refusal.invalidClient.message
        case .unsupportedTokenType: Refusal.unsupportedTokenType.message
        }
    }
}
