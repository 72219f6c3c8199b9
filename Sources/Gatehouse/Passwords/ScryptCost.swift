import Crypto
import CryptoExtras

/// What scrypt costs (RFC 7914), as PHC strings say it: `ln=16,r=8,p=1`.
struct ScryptCost: Equatable {
    /// The binary logarithm of N.
    let logN: Int
    let blockSize: Int
    let parallelism: Int

    init?(logN: Int, blockSize: Int, parallelism: Int) {
        guard (1...24).contains(logN), (1...16).contains(blockSize), (1...1024).contains(parallelism),
            logN < 16 * blockSize
        else { return nil }
        self.logN = logN
        self.blockSize = blockSize
        self.parallelism = parallelism
    }

    init?(_ text: some StringProtocol) {
        guard let parameters = PHCParameters(text), parameters.names == ["ln", "r", "p"],
            let logN = parameters["ln"], let blockSize = parameters["r"], let parallelism = parameters["p"]
        else { return nil }
        self.init(logN: logN, blockSize: blockSize, parallelism: parallelism)
    }

    func isWithin(_ ceiling: HashCeiling) -> Bool {
        let memory = 128 * blockSize << logN / 1024
        return memory <= ceiling.memory && (blockSize * parallelism) << logN <= ceiling.scryptWork
    }

    /// Does the work; it fails only where memory runs out.
    func key(from password: [UInt8], salt: [UInt8], length: Int) throws(HashingFailure) -> SymmetricKey {
        do {
            return try KDF.Scrypt.deriveKey(
                from: password, salt: salt, outputByteCount: length, rounds: 1 << logN, blockSize: blockSize,
                parallelism: parallelism)
        } catch {
            throw .overloaded
        }
    }
}

extension ScryptCost: CustomStringConvertible {
    var description: String { "ln=\(logN),r=\(blockSize),p=\(parallelism)" }
}
