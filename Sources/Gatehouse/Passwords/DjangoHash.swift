/// What Django's hashers store, turned into the PHC form of the same hash.
///
/// `bcrypt_sha256` is none that can be verified: it hashes the hexadecimal digits of a digest.
enum DjangoHash {
    /// Nil when the text is in none of Django's forms.
    static func phc(_ text: String) -> String? {
        guard text.utf8.count <= PHCString.maximumLength else { return nil }
        let parts = text.split(separator: "$", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2 else { return nil }
        switch parts[0] {
        case "pbkdf2_sha256": return pbkdf2(.sha256, parts[1])
        case "pbkdf2_sha1": return pbkdf2(.sha1, parts[1])
        case "scrypt": return scrypt(parts[1])
        case "argon2": return "$\(parts[1])"
        case "bcrypt": return String(parts[1])
        default: return nil
        }
    }

    /// `iterations$salt$base64`. The salt is text and is hashed as it stands.
    private static func pbkdf2(_ digest: PBKDF2Hash.Digest, _ text: Substring) -> String? {
        let parts = text.split(separator: "$", omittingEmptySubsequences: false)
        guard parts.count == 3, let iterations = PHCParameters.decimal(parts[0]),
            let tag = StandardBase64.decode(String(parts[2]))
        else { return nil }
        return PBKDF2Hash.phc(digest, iterations: iterations, salt: Array(parts[1].utf8), tag: tag)
    }

    /// `N$salt$r$p$base64`.
    private static func scrypt(_ text: Substring) -> String? {
        let parts = text.split(separator: "$", omittingEmptySubsequences: false)
        guard parts.count == 5, let rounds = PHCParameters.decimal(parts[0]),
            let blockSize = PHCParameters.decimal(parts[2]), let parallelism = PHCParameters.decimal(parts[3]),
            let tag = StandardBase64.decode(String(parts[4]))
        else { return nil }
        return ScryptHash.phc(
            rounds: rounds, blockSize: blockSize, parallelism: parallelism, salt: Array(parts[1].utf8), tag: tag)
    }
}
