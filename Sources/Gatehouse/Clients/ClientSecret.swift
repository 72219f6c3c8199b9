import Crypto

/// What an API client proves itself with: 256 random bits. Their memory is wiped when the last copy goes.
public struct ClientSecret: Sendable, Redacted {
    /// By which people, and programs that look for leaked secrets, recognise one.
    public static let prefix = "ghcs_"
    private static let byteCount = 32

    private let bytes: SymmetricKey

    /// A new one.
    static func generate() -> ClientSecret {
        ClientSecret(bytes: SymmetricKey(size: .bits256))
    }

    private init(bytes: SymmetricKey) {
        self.bytes = bytes
    }

    /// Nil for what has not the form of a secret: nobody has to be asked whether that is right.
    public init?(_ text: String) {
        guard text.utf8.starts(with: Self.prefix.utf8),
            var decoded = Base64URL.decode(Array(text.utf8.dropFirst(Self.prefix.utf8.count))[...])
        else { return nil }
        defer { decoded.wipe() }
        guard decoded.count == Self.byteCount else { return nil }
        bytes = SymmetricKey(data: decoded)
    }

    /// The text that is shown once: the prefix, then 43 characters of base64url.
    public var revealed: String {
        var encoded = Array(Self.prefix.utf8)
        bytes.withUnsafeBytes { Base64URL.append(Array($0), to: &encoded) }
        return String(decoding: encoded, as: UTF8.self)
    }

    /// What is stored. SHA-256 is enough: who has it would have to try 2^256 secrets, and a slow hash guards only what people
    /// choose. It costs a microsecond, so that nobody can keep the service busy with wrong secrets.
    var hash: [UInt8] { Array(digest) }

    /// Whether this is the secret that was stored, in constant time.
    func matches(_ stored: [UInt8]) -> Bool {
        digest == stored
    }

    private var digest: SHA256.Digest {
        bytes.withUnsafeBytes { SHA256.hash(data: $0) }
    }
}
