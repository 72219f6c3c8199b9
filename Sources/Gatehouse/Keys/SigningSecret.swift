import Crypto
import FoundationEssentials

/// The secret part of a signing key: the private scalar or seed (32 bytes), or the shared secret. Its memory is wiped
/// when the last copy goes.
public struct SigningSecret: Sendable, Redacted {
    let bytes: SymmetricKey

    public init(copying bytes: [UInt8]) {
        self.bytes = SymmetricKey(data: bytes)
    }

    init(_ bytes: SymmetricKey) {
        self.bytes = bytes
    }

    /// Copies the bytes and wipes where they came from, which must be memory of its own.
    init(wiping bytes: inout Data) {
        self.bytes = SymmetricKey(data: bytes)
        bytes.resetBytes(in: bytes.startIndex..<bytes.endIndex)
    }

    public var byteCount: Int { bytes.bitCount / 8 }

    /// Lends the bytes; they must not be kept.
    public func withUnsafeBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
        try bytes.withUnsafeBytes(body)
    }
}
