import FoundationEssentials

/// A user of a file who passed every check that needs no database.
struct ImportedUser: Sendable {
    let position: RecordPosition
    let id: UUID
    /// Whether the id is that of the file.
    let hasID: Bool
    let profile: Profile
    let isVerified: Bool
    let isDisabled: Bool
    let claims: JSONObject
    let createdAt: Date?
    let passwordHash: PasswordHash?

    /// Throws `validationFailed` with everything that is wrong. An empty text is as good as none.
    init(_ draft: UserDraft, at position: RecordPosition, now: Date, newID: () -> UUID) throws(Refusal) {
        var problems: [FieldProblem] = []
        func checked<Value>(_ field: String, _ check: () throws(Refusal) -> Value?) -> Value? {
            do throws(Refusal) {
                return try check()
            } catch {
                if case .validationFailed(let faults) = error { problems += faults }
                return nil
            }
        }
        let profile = checked("email") { () throws(Refusal) in try Profile(draft) }
        claims =
            checked("claims") { () throws(Refusal) in
                try draft.claims.map { (claims) throws(Refusal) in try Administration.claims(from: claims.text) }
            } ?? JSONObject()
        passwordHash = checked("password_hash") { () throws(Refusal) in try draft.importedHash }
        if let createdAt = draft.createdAt, createdAt > now {
            problems.append(FieldProblem(field: "created_at", code: "invalid", message: "This time is yet to come."))
        }
        guard let profile, problems.isEmpty else { throw .validationFailed(problems) }
        self.position = position
        self.profile = profile
        id = draft.id ?? newID()
        hasID = draft.id != nil
        isVerified = draft.isVerified
        isDisabled = draft.isDisabled
        createdAt = draft.createdAt
    }

    /// What is unique in a tenant, in the form in which the database compares it.
    var names: [ImportedName] {
        var names = [ImportedName(.email, profile.email.text.foldingASCIICase)]
        if let username = profile.username { names.append(ImportedName(.username, username.text.foldingASCIICase)) }
        names.append(ImportedName(.id, id.lowercaseString))
        return names
    }

    /// As `ImportStatements.insert` reads it.
    var json: JSON {
        [
            "id": .string(id.lowercaseString), "email": .string(profile.email.text),
            "username": profile.username.map { .string($0.text) } ?? .null,
            "name": profile.name.map { .string($0.text) } ?? .null,
            "password_hash": passwordHash.map { .string($0.stored) } ?? .null,
            "verified": .bool(isVerified), "disabled": .bool(isDisabled), "claims": .object(claims),
            "created_at": createdAt.map { .string(RFC3339.format($0)) } ?? .null,
        ]
    }

    /// As `ImportStatements.taken` reads it.
    var keys: JSON {
        [
            "id": .string(id.lowercaseString), "has_id": .bool(hasID),
            "email_key": .string(profile.email.text.foldingASCIICase),
            "username_key": profile.username.map { .string($0.text.foldingASCIICase) } ?? .null,
            "created_at": createdAt.map { .string(RFC3339.format($0)) } ?? .null,
        ]
    }
}

extension Profile {
    fileprivate init(_ draft: UserDraft) throws(Refusal) {
        guard let email = draft.email, !email.isEmpty else {
            let fault = FieldFault(code: "required", message: "A user needs an email.")
            throw .validationFailed([FieldProblem(field: "email", fault: fault)])
        }
        // Many systems name users by their emails, by which they sign in here anyway.
        try self.init(
            email: email, username: draft.username.flatMap { $0.isEmpty || $0.contains("@") ? nil : $0 },
            name: draft.name.flatMap { $0.isEmpty ? nil : $0 })
    }
}

extension UserDraft {
    /// None for an empty text, and for what begins with the mark by which Django and others say that there is no password.
    fileprivate var importedHash: PasswordHash? {
        get throws(Refusal) {
            guard let passwordHash, !passwordHash.isEmpty, !passwordHash.hasPrefix("!") else { return nil }
            do throws(FieldFault) {
                return try PasswordHash.importing(passwordHash)
            } catch {
                throw .validationFailed([FieldProblem(field: "password_hash", fault: error)])
            }
        }
    }
}
