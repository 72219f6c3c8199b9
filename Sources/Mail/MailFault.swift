/// Why a mail was not sent. It holds nothing of the mail, of what the server said, or of a secret.
public enum MailFault: Error, Hashable, Sendable {
    /// The server's name could not be resolved, or nobody answered there.
    case connect
    /// No TLS, or none that is trusted: a certificate that is unknown, over, or another host's, or a server without STARTTLS.
    case tls
    /// The server refused our credentials, or wants some.
    case auth
    case timeout
    /// The connection broke, or what came over it was not SMTP. The server may have the mail.
    case lost
    /// The task was cancelled. The server may have the mail.
    case cancelled
    /// The server refused us, before it heard of the mail.
    case unavailable(status: Int)
    /// The server refused the mail, for now (4xx) or for good (5xx).
    case refused(status: Int)
    /// The sink could not write.
    case sink
    /// The process has no memory, thread or file left for it.
    case exhausted

    /// A short name for logs, metrics and tables: `connect`, `tls`, `auth`, `timeout`, `lost`, `cancelled`, `sink`, `exhausted`, or
    /// the server's answer, such as `smtp_550`.
    public var code: String {
        switch self {
        case .connect: "connect"
        case .tls: "tls"
        case .auth: "auth"
        case .timeout: "timeout"
        case .lost: "lost"
        case .cancelled: "cancelled"
        case .unavailable(let status), .refused(let status): "smtp_\(status)"
        case .sink: "sink"
        case .exhausted: "exhausted"
        }
    }

    /// Whether the same mail may go through later. What the operator or the network has to mend does; an address that the server
    /// doesn't know doesn't.
    public var isTransient: Bool {
        if case .refused(let status) = self { return status < 500 }
        return true
    }
}

extension MailFault: CustomStringConvertible {
    public var description: String { code }
}
