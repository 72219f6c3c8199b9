import Crypto
import FoundationEssentials

/// The operator's key, under which all signing keys are encrypted at rest: 32 random bytes kept outside the database.
public struct MasterKey: Sendable, Redacted {
    static let length = 32

    let key: SymmetricKey
    /// Names the key without telling anything of it: 16 hexadecimal digits.
    public let id: String

    public static func generate() -> MasterKey {
        MasterKey(SymmetricKey(size: .bits256))
    }

    /// Reads a key in base64 without anything around it; nil unless it is exactly 32 bytes. The copies it makes are wiped.
    init?(base64 text: ArraySlice<UInt8>) {
        var encoded = Data(text)
        defer { encoded.resetBytes(in: encoded.startIndex..<encoded.endIndex) }
        guard var bytes = Data(base64Encoded: encoded) else { return nil }
        let secret = SigningSecret(wiping: &bytes)
        guard secret.byteCount == Self.length else { return nil }
        self.init(secret.bytes)
    }

    init(_ key: SymmetricKey) {
        self.key = key
        id = Hexadecimal.encode(Self.idBytes(of: key))
    }

    /// The secret itself, for `master-key generate`.
    public var base64: String {
        key.withUnsafeBytes { Data($0).base64EncodedString() }
    }

    var idBytes: [UInt8] { Self.idBytes(of: key) }

    private static func idBytes(of key: SymmetricKey) -> [UInt8] {
        derive(from: key, for: Array("gatehouse/v1/master-key-id".utf8), count: 8).withUnsafeBytes { Array($0) }
    }

    func derivedKey(for purpose: [UInt8]) -> SymmetricKey {
        Self.derive(from: key, for: purpose, count: 32)
    }

    private static func derive(from key: SymmetricKey, for purpose: [UInt8], count: Int) -> SymmetricKey {
        HKDF<SHA256>.deriveKey(inputKeyMaterial: key, info: purpose, outputByteCount: count)
    }
}
