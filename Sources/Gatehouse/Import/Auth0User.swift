import FoundationEssentials

/// A line of an export of Auth0: of the one that its support makes, with the hashes, or in the form of its imports.
enum Auth0User {
    static func draft(line: [UInt8]) throws(Refusal) -> UserDraft {
        var members = try DraftMembers(parsing: line)
        let (email, isVerified) = Self.email(&members)
        let draft = UserDraft(
            email: email, username: members.text("username"),
            name: members.text("name").flatMap { $0 == email ? nil : $0 },
            isVerified: isVerified, isDisabled: members.bool("blocked") ?? false,
            createdAt: members.read("created_at", CommonFields.time), passwordHash: passwordHash(&members))
        try members.throwProblems()
        return draft
    }

    /// Where a connection has several kinds of identifiers, the email may stand among those alone, and whether it is verified with it.
    private static func email(_ members: inout DraftMembers) -> (address: String?, isVerified: Bool) {
        let isVerified = members.bool("email_verified") ?? false
        if let email = members.text("email"), !email.isEmpty { return (email, isVerified) }
        let identifiers = (members.array("identifiers") ?? []).compactMap(\.objectValue)
        let email = identifiers.first { $0["type"] == "email" }
        return (email?["value"]?.stringValue, email?["verified"]?.boolValue ?? false)
    }

    private static func passwordHash(_ members: inout DraftMembers) -> String? {
        if let bcrypt = members.text("passwordHash") ?? members.text("password_hash") { return bcrypt }
        guard let custom = members.object("custom_password_hash") else { return nil }
        guard let hash = stored(custom) else {
            members.report(
                "custom_password_hash",
                FieldFault(
                    code: "invalid_format",
                    message:
                        "The algorithm must be argon2, bcrypt, pbkdf2 or scrypt, with the members that Auth0 documents."
                ))
            return nil
        }
        return hash
    }

    private static func stored(_ custom: JSONObject) -> String? {
        switch custom["algorithm"]?.stringValue {
        case "argon2", "bcrypt", "pbkdf2": custom["hash"]?.objectValue?["value"]?.stringValue
        case "scrypt": scrypt(custom)
        default: nil
        }
    }

    /// With the costs that Auth0 takes where none are given.
    private static func scrypt(_ custom: JSONObject) -> String? {
        guard let tag = bytes(custom["hash"]?.objectValue), let salt = bytes(custom["salt"]?.objectValue) else {
            return nil
        }
        return ScryptHash.phc(
            rounds: custom["cost"]?.integerValue ?? 16_384, blockSize: custom["blockSize"]?.integerValue ?? 8,
            parallelism: custom["parallelization"]?.integerValue ?? 1, salt: salt, tag: tag)
    }

    private static func bytes(_ encoded: JSONObject?) -> [UInt8]? {
        guard let encoded, let value = encoded["value"]?.stringValue else { return nil }
        return switch encoded["encoding"]?.stringValue {
        case "hex": Hexadecimal.decode(value)
        case "utf8": Array(value.utf8)
        default: StandardBase64.decode(value)
        }
    }
}
