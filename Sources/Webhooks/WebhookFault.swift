/// Why a webhook was not taken. It holds nothing of the message, of what the receiver said beyond its status, or of a secret.
public enum WebhookFault: Error, Hashable, Sendable {
    /// The host has no address, or none could be learned.
    case name
    /// Too many other names are being looked up. Nobody was asked, and nothing was connected to.
    case overloaded
    /// Nobody answered there.
    case connect
    /// No TLS, or none that is trusted: a certificate that is unknown, over, or another host's.
    case tls
    /// It took too long. The receiver may have the message.
    case timeout
    /// The connection broke, or what came over it was not HTTP. The receiver may have the message.
    case lost
    /// The task was cancelled. The receiver may have the message.
    case cancelled
    /// The host is, or has, an address that is not the public internet's. Nothing was connected to. A name may have better ones later:
    /// every attempt asks for them anew.
    case forbiddenTarget
    /// The receiver answered, but not with 2xx. A redirect is an answer like any other.
    case status(Int)

    /// A short name for logs, metrics and tables: `name`, `overloaded`, `connect`, `tls`, `timeout`, `lost`, `cancelled`,
    /// `private_target`, or the receiver's answer, such as `http_503`.
    public var code: String {
        switch self {
        case .name: "name"
        case .overloaded: "overloaded"
        case .connect: "connect"
        case .tls: "tls"
        case .timeout: "timeout"
        case .lost: "lost"
        case .cancelled: "cancelled"
        case .forbiddenTarget: "private_target"
        case .status(let status): "http_\(status)"
        }
    }

    /// The receiver wants no more messages at this URL, ever. After everything else the same message may be taken later: Standard Webhooks
    /// has every answer but 2xx tried again, 410 excepted.
    public var isGone: Bool { self == .status(410) }
}

extension WebhookFault: CustomStringConvertible {
    public var description: String { code }
}
