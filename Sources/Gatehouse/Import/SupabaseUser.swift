import FoundationEssentials

/// A row of Supabase's `auth.users`. Its other columns are about what isn't taken over: tokens, phones, who invited whom.
enum SupabaseUser {
    static let neededColumns = ["email", "encrypted_password"]

    /// - Parameter now: Whom Supabase bans until later than that is disabled here.
    static func draft(_ row: CSVTable.Row, now: Date) throws(Refusal) -> UserDraft {
        guard row["deleted_at"] == nil else {
            throw .record(FieldFault(code: "deleted", message: "Supabase has this user marked as deleted."))
        }
        var members = DraftMembers(JSONObject(row.map { ($0.key, .string($0.value)) }))
        let metadata = members.read("raw_user_meta_data", CommonFields.object)
        // A ban for good is until infinity, which is no time.
        let bannedUntil = row["banned_until"].map { Timestamp.parse($0) ?? .distantFuture }
        let draft = UserDraft(
            id: members.read("id", CommonFields.id), email: members.text("email"),
            name: (metadata?["full_name"] ?? metadata?["name"])?.stringValue,
            isVerified: row["email_confirmed_at"] != nil, isDisabled: bannedUntil.map { $0 > now } ?? false,
            createdAt: members.read("created_at", CommonFields.time), passwordHash: members.text("encrypted_password"))
        try members.throwProblems()
        return draft
    }
}
