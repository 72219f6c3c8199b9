import FoundationEssentials

/// What became of a batch, or would.
struct ImportOutcome: Sendable {
    var imported = 0
    var skipped = 0
    var refused: [RefusedUser] = []

    init(imported: Int = 0) {
        self.imported = imported
    }

    /// Who is there already by their email is passed over; whose email, or something else of theirs, somebody else has is refused.
    ///
    /// - Parameter free: Told of each of whom nothing is taken.
    init(
        of users: [ImportedUser], _ rows: [(id: UUID, taken: ImportStatements.Taken)],
        free: (inout ImportOutcome, ImportedUser) -> Void
    ) {
        let taken = Dictionary(rows.map { ($0.id, $0.taken) }) { first, _ in first }
        for user in users {
            switch taken[user.id] {
            case let taken? where taken.email == .byUser: skipped += 1
            case let taken? where taken.email == .bySomebodyElse:
                refuse(
                    user, "email", Refusal.emailTaken.code,
                    "Another account of the tenant has this email; somebody may have registered it before.")
            case let taken? where taken.username: refuse(user, "username", .usernameTaken)
            case let taken? where taken.id: refuse(user, "id", "id_taken", "Another user of the tenant has this id.")
            default: free(&self, user)
            }
        }
    }

    private mutating func refuse(_ user: ImportedUser, _ field: String, _ refusal: Refusal) {
        refuse(user, field, refusal.code, refusal.message)
    }

    mutating func refuse(_ user: ImportedUser, _ field: String, _ code: String, _ message: String) {
        let problem = FieldProblem(field: field, code: code, message: message)
        refused.append(RefusedUser(position: user.position, problems: [problem]))
    }
}
