import Crypto
public import FoundationEssentials

/// One event on its way to one receiver. The id stays the same in every attempt; the timestamp is the attempt's.
public struct WebhookMessage: Sendable {
    public let id: String
    public let timestamp: Date
    /// JSON.
    public let body: [UInt8]

    /// - Parameter id: Letters, digits, hyphens and underscores: were there a full stop in it, another message could have the same
    ///   signature.
    public init(id: String, timestamp: Date, body: [UInt8]) {
        precondition(!id.isEmpty && id.utf8.allSatisfy { $0.isASCIILetterOrDigit || $0 == 0x2D || $0 == 0x5F })
        self.id = id
        self.timestamp = timestamp
        self.body = body
    }

    /// As `webhook-timestamp` has it: seconds since 1970.
    var seconds: Int64 { Int64(timestamp.timeIntervalSince1970.rounded(.down)) }

    /// As `webhook-signature` has it: a signature by each secret, separated by spaces.
    public func signature(by secrets: [WebhookSecret]) -> String {
        secrets.map { secret in
            var code = HMAC<SHA256>(key: secret.key)
            code.update(data: Array("\(id).\(seconds).".utf8))
            code.update(data: body)
            return "v1," + Data(code.finalize()).base64EncodedString()
        }.joined(separator: " ")
    }
}
