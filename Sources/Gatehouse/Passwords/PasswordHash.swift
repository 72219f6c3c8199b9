/// A password hash as it is stored: a PHC string or one of the imported forms. Redacted wherever it is printed.
public struct PasswordHash: Sendable, Hashable, Redacted {
    /// The text for the `password_hash` column.
    public let stored: String

    /// Takes whatever the column holds; text of no known form verifies nothing.
    public init(stored: String) {
        self.stored = stored
    }

    /// A hash from another system, checked for being one that can be verified.
    ///
    /// White space around it is ignored. Known are `$argon2id$`, `$argon2i$`, `$argon2d$`, bcrypt (`$2a$`, `$2b$`, `$2y$`),
    /// `$pbkdf2-sha256$`, `$pbkdf2-sha512$`, `$pbkdf2-sha1$` and `$scrypt$`, and what Django stores, which is turned into
    /// one of these.
    ///
    /// - Throws: `invalid_format` for another form, `too_costly` for a cost above the ceiling.
    public static func importing(_ text: String, ceiling: HashCeiling = .standard) throws(FieldFault) -> PasswordHash {
        let given = String(text.trimmingASCIISpace())
        let hash = PasswordHash(stored: DjangoHash.phc(given) ?? given)
        guard let parsed = hash.parsed else {
            throw FieldFault(
                code: "invalid_format",
                message:
                    "The password hash is in no form that can be verified: give an argon2id, argon2i, argon2d, bcrypt "
                    + "($2a$, $2b$, $2y$), $pbkdf2-sha256$, $pbkdf2-sha512$, $pbkdf2-sha1$ or $scrypt$ string, or Django's."
            )
        }
        guard parsed.isWithin(ceiling) else {
            throw FieldFault(
                code: "too_costly",
                message: "The password hash costs more to verify than this service is set to spend.")
        }
        return hash
    }
}
