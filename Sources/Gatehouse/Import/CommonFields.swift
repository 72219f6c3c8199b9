import FoundationEssentials

/// The fields that JSON lines and CSV have in common: their names are those of the API, where it has them.
enum CommonFields {
    static let names = [
        "id", "email", "username", "name", "email_verified", "disabled", "claims", "created_at", "password_hash",
    ]

    static func draft(line: [UInt8]) throws(Refusal) -> UserDraft {
        var members = try DraftMembers(parsing: line)
        if !members.names.allSatisfy(names.contains) { members.report("", unknown) }
        let draft = UserDraft(
            id: members.read("id", id), email: members.text("email"), username: members.text("username"),
            name: members.text("name"), isVerified: members.bool("email_verified") ?? false,
            isDisabled: members.bool("disabled") ?? false, claims: members.object("claims"),
            createdAt: members.read("created_at", time), passwordHash: members.text("password_hash"))
        try members.throwProblems()
        return draft
    }

    static func draft(row: CSVTable.Row) throws(Refusal) -> UserDraft {
        // Every value of a row is a text.
        var members = DraftMembers(JSONObject(row.map { ($0.key, .string($0.value)) }))
        let draft = UserDraft(
            id: members.read("id", id), email: members.text("email"), username: members.text("username"),
            name: members.text("name"), isVerified: members.read("email_verified", bool) ?? false,
            isDisabled: members.read("disabled", bool) ?? false, claims: members.read("claims", object),
            createdAt: members.read("created_at", time), passwordHash: members.text("password_hash"))
        try members.throwProblems()
        return draft
    }

    static func id(_ text: String) throws(FieldFault) -> UUID {
        guard let id = UUID(uuidString: text), id != .nilUUID else {
            throw FieldFault(code: "invalid_format", message: "This must be a UUID.")
        }
        return id
    }

    static func time(_ text: String) throws(FieldFault) -> Date {
        guard let time = Timestamp.parse(text) else { throw .invalidTime }
        return time
    }

    static func object(_ text: String) throws(FieldFault) -> JSONObject {
        guard let object = (try? JSON.parse(text))?.objectValue else {
            throw FieldFault(
                code: "invalid_type", message: "This must be a JSON object in which no member stands twice.")
        }
        return object
    }

    /// As people and PostgreSQL write it.
    static func bool(_ text: String) throws(FieldFault) -> Bool {
        switch text.lowercased() {
        case "true", "t", "1": return true
        case "false", "f", "0": return false
        default: throw FieldFault(code: "invalid_type", message: "This must be true or false.")
        }
    }

    private static let unknown = FieldFault(
        code: "unknown_field", message: "There is a member of another name than \(names.joined(separator: ", ")).")
}
