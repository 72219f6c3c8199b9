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

    /// Reads a key in base64, surrounded by any whitespace. Throws `invalid_master_key` unless it is exactly 32 bytes.
    public init(base64 text: String) throws(FieldFault) {
        let pieces = text.split(whereSeparator: \.isWhitespace)
        guard pieces.count == 1, var bytes = Data(base64Encoded: String(pieces[0])), bytes.count == Self.length else {
            throw FieldFault(
                code: "invalid_master_key",
                message:
                    "The master key must be 32 bytes in base64, as `gatehouse admin master-key generate` prints it.")
        }
        self.init(SigningSecret(wiping: &bytes).bytes)
    }

    private init(_ key: SymmetricKey) {
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
