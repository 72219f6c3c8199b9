import FoundationEssentials

/// A user of Firebase's export. Its custom claims are what claims are here; phones and other ways to sign in aren't taken over.
enum FirebaseUser {
    static func draft(_ text: [UInt8], of project: FirebaseHashConfig?) throws(Refusal) -> UserDraft {
        var members = try DraftMembers(parsing: text)
        let draft = UserDraft(
            email: members.text("email"), name: members.text("displayName"),
            isVerified: members.bool("emailVerified") ?? false, isDisabled: members.bool("disabled") ?? false,
            claims: members.read("customAttributes", CommonFields.object),
            createdAt: members.read("createdAt", time), passwordHash: passwordHash(&members, project))
        try members.throwProblems()
        return draft
    }

    /// Milliseconds as a text.
    private static func time(_ text: String) throws(FieldFault) -> Date {
        guard let milliseconds = Int(text) else {
            throw FieldFault(code: "invalid_format", message: "This must be a number of milliseconds.")
        }
        return Date(milliseconds: milliseconds)
    }

    private static func passwordHash(_ members: inout DraftMembers, _ project: FirebaseHashConfig?) -> String? {
        let (hash, salt) = (members.text("passwordHash") ?? "", members.text("salt") ?? "")
        if hash.isEmpty && salt.isEmpty { return nil }
        // Whoever may not see hashes gets an export with another text in their place, and without salts.
        guard let project, !hash.isEmpty, !salt.isEmpty, let hash = StandardBase64.decode(hash),
            let salt = StandardBase64.decode(salt),
            let stored = FirebaseHash.stored(hash: hash, salt: salt, in: project)
        else {
            members.report(
                "passwordHash",
                FieldFault(
                    code: "invalid_format",
                    message:
                        "The hash and the salt must be as this project, whose hash configuration is given, makes them.")
            )
            return nil
        }
        return stored
    }
}
