import Gatehouse

/// What is wrong with a request to one of the `oauth2` routes, in OAuth's own terms (RFC 6749, section 5.2; RFC 7009, section
/// 2.2.1). Anything else that can go wrong there is a problem like everywhere.
enum OAuthFault: Error, Equatable {
    /// The sentence is for whoever writes the client.
    case invalidRequest(String)
    case invalidClient
    case unsupportedTokenType

    /// Nil for a refusal that OAuth has no term for.
    init?(_ refusal: Refusal) {
        switch refusal {
        case .invalidClient: self = .invalidClient
        case .unsupportedTokenType: self = .unsupportedTokenType
        default: return nil
        }
    }
}
