internal import CCurl

/// What libcurl says about a mail that it was to hand in.
struct CurlOutcome {
    let result: CURLcode
    /// The server's last answer, 0 when there was none.
    let status: Int
    /// Whether the server had agreed to the mail's sender and recipient.
    let hasBegunContent: Bool
    /// Whether the connection was one that an earlier mail had left.
    let isReused: Bool

    init(_ result: CURLcode, status: Int = 0, hasBegunContent: Bool = false, isReused: Bool = false) {
        self.result = result
        self.status = status
        self.hasBegunContent = hasBegunContent
        self.isReused = isReused
    }

    static let noSession = CurlOutcome(CURLE_OUT_OF_MEMORY)

    /// Nil when the server has taken the mail.
    var fault: MailFault? {
        switch result {
        case CURLE_OK: nil
        case CURLE_ABORTED_BY_CALLBACK: .cancelled
        case CURLE_OPERATION_TIMEDOUT: .timeout
        case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_CONNECT: .connect
        case CURLE_LOGIN_DENIED, CURLE_AUTH_ERROR: .auth
        case CURLE_USE_SSL_FAILED, CURLE_SSL_CONNECT_ERROR, CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CACERT_BADFILE,
            CURLE_SSL_CIPHER, CURLE_SSL_CERTPROBLEM, CURLE_SSL_ISSUER_ERROR, CURLE_SSL_INVALIDCERTSTATUS:
            .tls
        case CURLE_OUT_OF_MEMORY, CURLE_FAILED_INIT, CURLE_UNKNOWN_OPTION, CURLE_NOT_BUILT_IN,
            CURLE_UNSUPPORTED_PROTOCOL:
            .exhausted
        default: refusal
        }
    }

    /// What the server's last answer means where libcurl knows no more than that the mail was not taken.
    private var refusal: MailFault {
        guard (400...599).contains(status) else { return .lost }
        // The answers of RFC 4954, section 6, that concern us and not the mail.
        if [530, 534, 535, 538].contains(status) { return .auth }
        // An answer to MAIL, RCPT or DATA is CURLE_SEND_ERROR, one to the greeting is not.
        return hasBegunContent || result == CURLE_SEND_ERROR ? .refused(status: status) : .unavailable(status: status)
    }

    /// Whether the connection had gone away, or was about to, while it waited for this mail; then the mail has not been looked at.
    var wasStale: Bool {
        guard isReused, !hasBegunContent else { return false }
        return fault == .lost || fault == .refused(status: 421) || fault == .unavailable(status: 421)
    }
}
