/// What a person presents of a mail that was sent to them: the token of its link, or the code in it with their address.
public enum OneTimeProof: Sendable, Redacted {
    case token(String)
    case code(String, email: String)
}

/// By which of the two something was proved, as the audit trail says it.
enum OneTimeMethod: String, Sendable {
    case link
    case code
}
