import Crypto
import CryptoExtras

/// An scrypt hash (RFC 7914): `$scrypt$ln=16,r=8,p=1$salt$tag`.
struct ScryptHash: StoredHash {
    private let logN: Int
    private let blockSize: Int
    private let parallelism: Int
    private let salt: [UInt8]
    private let tag: PasswordTag

    init?(_ stored: String) {
        guard let phc = PHCString(stored), phc.scheme == "scrypt", phc.sections.count == 3,
            let parameters = PHCParameters(phc.sections[0]), parameters.names == ["ln", "r", "p"],
            let logN = parameters["ln"], let blockSize = parameters["r"], let parallelism = parameters["p"],
            (1...24).contains(logN), (1...16).contains(blockSize), (1...1024).contains(parallelism),
            logN < 16 * blockSize,
            let salt = PHCBase64.decode(phc.sections[1]), (0...64).contains(salt.count),
            let tag = PHCBase64.decode(phc.sections[2]), (16...64).contains(tag.count)
        else { return nil }
        self.logN = logN
        self.blockSize = blockSize
        self.parallelism = parallelism
        self.salt = salt
        self.tag = PasswordTag(bytes: tag)
    }

    func isWithin(_ ceiling: HashCeiling) -> Bool {
        let memory = 128 * blockSize << logN / 1024
        return memory <= ceiling.memory && (blockSize * parallelism) << logN <= ceiling.scryptWork
    }

    func matches(_ password: inout [UInt8]) throws(HashingFailure) -> Bool {
        do {
            let key = try KDF.Scrypt.deriveKey(
                from: password, salt: salt, outputByteCount: tag.bytes.count, rounds: 1 << logN, blockSize: blockSize,
                parallelism: parallelism)
            return key.withUnsafeBytes { tag.matches($0) }
        } catch {
            throw .overloaded
        }
    }
}
