import Crypto
import CryptoExtras

/// A hash of Firebase Authentication: `$firebase-scrypt$ln=14,r=8,p=1$salt$pad`.
///
/// Firebase derives a key from the password by scrypt, with the project's salt separator behind the user's salt, and encrypts the
/// project's signer key under it by AES-256-CTR from counter zero. In that mode a ciphertext is the plaintext combined with a pad
/// that depends on the key alone. What is stored here is the pad, which the hash and the signer key give: it verifies a password
/// as well as both of them would, and the project's secret isn't in the database.
struct FirebaseHash: StoredHash {
    private static let scheme = "firebase-scrypt"
    private static let keyLength = 32

    private let cost: ScryptCost
    private let salt: [UInt8]
    private let pad: SecretBytes

    init?(_ stored: String) {
        guard let phc = PHCString(stored), phc.scheme == Self.scheme, phc.sections.count == 3,
            let cost = ScryptCost(phc.sections[0]),
            let salt = PHCBase64.decode(phc.sections[1]), (1...128).contains(salt.count),
            let pad = PHCBase64.decode(phc.sections[2]), (32...64).contains(pad.count)
        else { return nil }
        self.cost = cost
        self.salt = salt
        self.pad = SecretBytes(bytes: pad)
    }

    /// The stored form of what Firebase exports for a user; nil where the hash isn't one of this project.
    static func stored(hash: [UInt8], salt: [UInt8], in project: FirebaseHashConfig) -> String? {
        guard hash.count == project.signerKey.count else { return nil }
        let pad = zip(hash, project.signerKey).map { $0 ^ $1 }
        let salt = PHCBase64.encode(salt + project.saltSeparator)
        return "$\(scheme)$\(project.cost)$\(salt)$\(PHCBase64.encode(pad))"
    }

    func isWithin(_ ceiling: HashCeiling) -> Bool {
        cost.isWithin(ceiling)
    }

    func matches(_ password: inout [UInt8]) throws(HashingFailure) -> Bool {
        let key = try cost.key(from: password, salt: salt, length: Self.keyLength)
        do {
            let start = try AES._CTR.Nonce(nonceBytes: [UInt8](repeating: 0, count: 16))
            let nothing = [UInt8](repeating: 0, count: pad.bytes.count)
            return pad.matches(try AES._CTR.encrypt(nothing, using: key, nonce: start))
        } catch {
            throw .overloaded
        }
    }
}
