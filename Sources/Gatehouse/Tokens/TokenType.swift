/// The kind of a token, as the `typ` of its header names it (RFC 8725 section 3.11).
public enum TokenType: String, Sendable, CaseIterable {
    /// RFC 9068.
    case accessToken = "at+jwt"
    case refreshToken = "rt+jwt"
    case deviceToken = "dt+jwt"
}
