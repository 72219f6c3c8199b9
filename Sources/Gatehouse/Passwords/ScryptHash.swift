import Crypto

/// An scrypt hash (RFC 7914): `$scrypt$ln=16,r=8,p=1$salt$tag`.
struct ScryptHash: StoredHash {
    private let cost: ScryptCost
    private let salt: [UInt8]
    private let tag: SecretBytes

    init?(_ stored: String) {
        guard let phc = PHCString(stored), phc.scheme == "scrypt", phc.sections.count == 3,
            let cost = ScryptCost(phc.sections[0]),
            let salt = PHCBase64.decode(phc.sections[1]), (0...64).contains(salt.count),
            let tag = PHCBase64.decode(phc.sections[2]), (16...64).contains(tag.count)
        else { return nil }
        self.cost = cost
        self.salt = salt
        self.tag = SecretBytes(bytes: tag)
    }

    /// The PHC form of a hash of another system's; nil for a cost that can't be.
    static func phc(rounds: Int, blockSize: Int, parallelism: Int, salt: [UInt8], tag: [UInt8]) -> String? {
        guard rounds > 1, rounds.nonzeroBitCount == 1,
            let cost = ScryptCost(
                logN: rounds.trailingZeroBitCount, blockSize: blockSize, parallelism: parallelism)
        else { return nil }
        return "$scrypt$\(cost)$\(PHCBase64.encode(salt))$\(PHCBase64.encode(tag))"
    }

    func isWithin(_ ceiling: HashCeiling) -> Bool {
        cost.isWithin(ceiling)
    }

    func matches(_ password: inout [UInt8]) throws(HashingFailure) -> Bool {
        let key = try cost.key(from: password, salt: salt, length: tag.bytes.count)
        return key.withUnsafeBytes { tag.matches($0) }
    }
}
