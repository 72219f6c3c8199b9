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
        // A ban for good is until infinity, which is no time.
        let bannedUntil = row["banned_until"].map { Timestamp.parse($0) ?? .distantFuture }
        let draft = UserDraft(
            id: members.read("id", CommonFields.id), email: members.text("email"),
            name: row["raw_user_meta_data"].flatMap(name),
            isVerified: row["email_confirmed_at"] != nil, isDisabled: bannedUntil.map { $0 > now } ?? false,
            createdAt: members.read("created_at", CommonFields.time), passwordHash: members.text("encrypted_password"))
        try members.throwProblems()
        return draft
    }

    /// Users write their metadata themselves: what can't be read there, or can't be a name here, keeps nobody out.
    private static func name(in metadata: String) -> String? {
        let metadata = (try? JSON.parse(metadata))?.objectValue
        let names = ["full_name", "name"].compactMap { metadata?[$0]?.stringValue }
        return names.first { !$0.isEmpty }.flatMap { try? DisplayName($0) }?.text
    }
}
