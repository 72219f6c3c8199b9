import Crypto
import CryptoExtras

/// A PBKDF2 hash (RFC 8018): `$pbkdf2-sha256$i=600000$salt$tag`, or passlib's `$pbkdf2-sha256$29000$salt$tag`.
struct PBKDF2Hash: StoredHash {
    private let function: KDF.Insecure.PBKDF2.HashFunction
    private let digestLength: Int
    private let iterations: Int
    private let salt: [UInt8]
    private let tag: SecretBytes

    init?(_ stored: String) {
        guard let phc = PHCString(stored), phc.sections.count == 3,
            let (function, digestLength) = Self.functions[String(phc.scheme)],
            let (iterations, length) = Self.parameters(phc.sections[0]), iterations > 0,
            let salt = PHCBase64.decode(phc.sections[1]), (1...64).contains(salt.count),
            let tag = PHCBase64.decode(phc.sections[2]), (16...64).contains(tag.count),
            length == nil || length == tag.count
        else { return nil }
        self.function = function
        self.digestLength = digestLength
        self.iterations = iterations
        self.salt = salt
        self.tag = SecretBytes(bytes: tag)
    }

    /// passlib names the scheme with SHA-1 `pbkdf2`.
    private static let functions: [String: (KDF.Insecure.PBKDF2.HashFunction, digestLength: Int)] = [
        "pbkdf2-sha1": (.insecureSHA1, 20), "pbkdf2": (.insecureSHA1, 20),
        "pbkdf2-sha256": (.sha256, 32), "pbkdf2-sha512": (.sha512, 64),
    ]

    /// `i=…`, optionally with the tag's length in bytes as `l=…`, or the bare number of iterations.
    private static func parameters(_ text: Substring) -> (iterations: Int, length: Int?)? {
        if let iterations = PHCParameters.decimal(text) { return (iterations, nil) }
        guard let parameters = PHCParameters(text), let iterations = parameters["i"],
            [["i"], ["i", "l"]].contains(parameters.names)
        else { return nil }
        return (iterations, parameters["l"])
    }

    /// What HMAC is made of.
    enum Digest: String {
        case sha1, sha256, sha512

        var length: Int {
            switch self {
            case .sha1: 20
            case .sha256: 32
            case .sha512: 64
            }
        }
    }

    /// The PHC form of a hash of another system's.
    ///
    /// Each block of a longer tag is computed by itself, and whoever guesses computes the first alone. That is what is kept:
    /// comparing more would cost us, and nobody else, several times as much.
    static func phc(_ digest: Digest, iterations: Int, salt: [UInt8], tag: [UInt8]) -> String {
        let block = Array(tag.prefix(digest.length))
        return "$pbkdf2-\(digest.rawValue)$i=\(iterations)$\(PHCBase64.encode(salt))$\(PHCBase64.encode(block))"
    }

    func isWithin(_ ceiling: HashCeiling) -> Bool {
        let blocks = (tag.bytes.count + digestLength - 1) / digestLength
        return iterations * blocks <= ceiling.pbkdf2Iterations
    }

    func matches(_ password: inout [UInt8]) throws(HashingFailure) -> Bool {
        do {
            let key = try KDF.Insecure.PBKDF2.deriveKey(
                from: password, salt: salt, using: function, outputByteCount: tag.bytes.count,
                unsafeUncheckedRounds: iterations)
            return key.withUnsafeBytes { tag.matches($0) }
        } catch {
            throw .overloaded
        }
    }
}
