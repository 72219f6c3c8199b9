import CArgon2
import CSodium

extension Argon2Hash {
    /// The tag that the password has under this hash's type, parameters and salt.
    ///
    /// libsodium computes what all of ours are, and takes a quarter less time for it than libargon2 as distributions build that: it
    /// chooses the processor's widest instructions when it runs. What it doesn't offer, libargon2 computes. Both follow RFC 9106, and
    /// a test holds them against each other. The password is wiped.
    func evaluate(_ password: inout [UInt8]) throws(HashingFailure) -> [UInt8] {
        guard isOfferedBySodium else { return try evaluateByArgon2(&password) }
        defer { password.wipe() }
        return try evaluateBySodium(password)
    }

    /// libsodium offers Argon2id with one lane and a salt of 16 bytes.
    var isOfferedBySodium: Bool {
        Self.hasSodium && type == Argon2_id && parameters.lanes == 1 && salt.count == Int(crypto_pwhash_saltbytes())
    }

    /// Whether libsodium has found out what the processor can do, which it does once.
    private static let hasSodium = sodium_init() >= 0

    /// Its working memory is mapped for this hash alone, and given back to the system, which clears it.
    func evaluateBySodium(_ password: [UInt8]) throws(HashingFailure) -> [UInt8] {
        var output = [UInt8](repeating: 0, count: tag.bytes.count)
        // libsodium wants a place even for a password without bytes.
        let code = (password.isEmpty ? [0] : password).withUnsafeBufferPointer { place in
            place.withMemoryRebound(to: CChar.self) { place -> CInt in
                guard let start = place.baseAddress else { return -1 }
                return crypto_pwhash(
                    &output, UInt64(output.count), start, UInt64(password.count), salt, UInt64(parameters.passes),
                    parameters.workingMemory, crypto_pwhash_alg_argon2id13())
            }
        }
        guard code == 0 else { throw .overloaded }
        return output
    }

    /// All lanes are computed by this thread; the working memory and the password are wiped.
    func evaluateByArgon2(_ password: inout [UInt8]) throws(HashingFailure) -> [UInt8] {
        var output = [UInt8](repeating: 0, count: tag.bytes.count)
        var salt = salt
        let code = output.withUnsafeMutableBufferPointer { output in
            salt.withUnsafeMutableBufferPointer { salt in
                password.withUnsafeMutableBufferPointer { password in
                    var context = argon2_context()
                    (context.out, context.outlen) = (output.baseAddress, UInt32(output.count))
                    (context.pwd, context.pwdlen) = (password.baseAddress, UInt32(password.count))
                    (context.salt, context.saltlen) = (salt.baseAddress, UInt32(salt.count))
                    context.t_cost = UInt32(parameters.passes)
                    context.m_cost = UInt32(parameters.memory)
                    context.lanes = UInt32(parameters.lanes)
                    context.threads = 1
                    context.version = ARGON2_VERSION_13.rawValue
                    context.flags = UInt32(1) << 0  // ARGON2_FLAG_CLEAR_PASSWORD, a macro that Swift doesn't import.
                    return argon2_ctx(&context, type)
                }
            }
        }
        guard code == ARGON2_OK.rawValue else { throw .overloaded }
        return output
    }
}
