import Crypto
import FoundationEssentials

/// What signs the webhooks of one endpoint: 24 to 64 bytes, written as `whsec_` and their base64 (Standard Webhooks). It prints as
/// redacted.
public struct WebhookSecret: Sendable, Redacted {
    let key: SymmetricKey

    private static let prefix = "whsec_"

    public init(_ text: String) throws(WebhookValueFault) {
        guard text.hasPrefix(Self.prefix), let bytes = Data(base64Encoded: String(text.dropFirst(Self.prefix.count))),
            (24...64).contains(bytes.count)
        else {
            throw WebhookValueFault("A webhook's secret must be whsec_ followed by the base64 of 24 to 64 bytes.")
        }
        key = SymmetricKey(data: bytes)
    }

    /// For bytes that were a secret before; how many they are isn't asked.
    public init(bytes: [UInt8]) { key = SymmetricKey(data: bytes) }

    /// 32 random bytes.
    public static func generate() -> WebhookSecret { WebhookSecret(key: SymmetricKey(size: .bits256)) }

    private init(key: SymmetricKey) { self.key = key }

    /// The text form, for its owner's eyes.
    public var revealed: String { Self.prefix + key.withUnsafeBytes { Data($0).base64EncodedString() } }

    public func withUnsafeBytes<R>(_ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
        try key.withUnsafeBytes(body)
    }
}
