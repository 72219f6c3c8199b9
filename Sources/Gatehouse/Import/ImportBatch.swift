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
