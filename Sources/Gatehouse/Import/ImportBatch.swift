import FoundationEssentials

/// What is written, or looked at, together.
struct ImportBatch: Sendable {
    var users: [ImportedUser] = []
    var refused: [RefusedUser] = []
    var isLast = false

    var count: Int { users.count + refused.count }
}

/// Takes the users of a file in batches, checked, and each of their names once.
struct ImportBatches {
    /// Enough that the round trips cost little, few enough that a batch is written in a moment: until it is, whoever registers with an
    /// address of one of its users waits.
    static let size = 1000

    private var file: UserFile
    private var mentions = FirstMentions()
    private var hasEnded = false
    private var failure: (any Error)?
    private let clock: Clock
    private let identifiers: IdentifierSource

    init(_ file: UserFile, clock: Clock, identifiers: IdentifierSource) {
        self.file = file
        self.clock = clock
        self.identifiers = identifiers
    }

    /// The next batch; nil behind the last, which is empty where the file ends with a full one. Of a file that can't be read to its
    /// end, what was read comes first, and then the error is thrown.
    mutating func next() throws -> ImportBatch? {
        if let failure { throw failure }
        if hasEnded { return nil }
        var batch = ImportBatch()
        while batch.count < Self.size {
            let now = clock.now()
            let record: (position: RecordPosition, draft: Result<UserDraft, Refusal>)?
            do { record = try file.next(now: now) } catch {
                guard batch.count > 0 else { throw error }
                failure = error
                batch.isLast = true
                return batch
            }
            guard let (position, draft) = record else {
                hasEnded = true
                batch.isLast = true
                return batch
            }
            do throws(Refusal) {
                let user = try ImportedUser(draft.get(), at: position, now: now, newID: identifiers.next)
                try refuseRepetition(in: user)
                batch.users.append(user)
            } catch {
                guard case .validationFailed(let problems) = error else { throw error }
                batch.refused.append(RefusedUser(position: position, problems: problems))
            }
        }
        return batch
    }

    private mutating func refuseRepetition(in user: ImportedUser) throws(Refusal) {
        guard let (name, first) = mentions.note(user) else { return }
        let message = "User \(first) of the file has the same \(name.kind.rawValue)."
        throw .validationFailed([FieldProblem(field: name.kind.rawValue, code: "repeated", message: message)])
    }
}

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
