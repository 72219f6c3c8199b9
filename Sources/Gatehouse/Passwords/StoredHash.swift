/// A stored password hash taken apart: one scheme, its cost, salt and tag.
protocol StoredHash: Sendable, Redacted {
    /// Reads the stored text strictly; nil when it isn't this scheme's.
    init?(_ stored: String)

    /// Whether its cost may be spent.
    func isWithin(_ ceiling: HashCeiling) -> Bool

    /// Whether a hash made with `parameters` should replace it.
    func isWeaker(than parameters: Argon2Parameters) -> Bool

    /// Whether the scheme looks at every byte of a password of so many. Where it doesn't, what matches may be another password with
    /// the same beginning, of which no new hash is made.
    func readsAll(of length: Int) -> Bool

    /// Does the work. The password is a copy that may be changed.
    ///
    /// - Throws: `overloaded`: the only way the work fails is that memory ran out.
    func matches(_ password: inout [UInt8]) throws(HashingFailure) -> Bool
}

extension StoredHash {
    /// Only Argon2id is kept.
    func isWeaker(than parameters: Argon2Parameters) -> Bool { true }

    func readsAll(of length: Int) -> Bool { true }
}

extension PasswordHash {
    /// The stored text as a hash of whichever scheme it is, nil when it is none that can be verified.
    var parsed: (any StoredHash)? {
        Argon2Hash(stored) ?? BcryptHash(stored) ?? PBKDF2Hash(stored) ?? ScryptHash(stored)
            ?? FirebaseHash(stored)
    }
}
