import FoundationEssentials

/// A file of users, of whichever format, that is read one user after the other.
public struct UserFile {
    private enum Source {
        case lines(LineReader)
        case table(CSVTable)
        case document(UsersArrayReader)
    }

    public let format: ImportFormat
    private let project: FirebaseHashConfig?
    private var source: Source
    private var count = 0

    /// Throws `invalidSetting` where a CSV file's header isn't that of the format.
    ///
    /// - Parameter project: How the hashes of a Firebase export were made.
    public init(_ input: ByteInput, format: ImportFormat, project: FirebaseHashConfig? = nil) throws {
        self.format = format
        self.project = project
        switch format {
        case .jsonl, .auth0: source = .lines(LineReader(input))
        case .keycloak, .firebase: source = .document(UsersArrayReader(input))
        case .csv:
            let table = try CSVTable(input)
            try table.require(["email"], known: CommonFields.names)
            source = .table(table)
        case .supabase:
            let table = try CSVTable(input)
            try table.require(SupabaseUser.neededColumns)
            source = .table(table)
        }
    }

    /// The next user, or why what stands there can't be one; nil at the end.
    mutating func next(now: Date) throws -> (position: RecordPosition, draft: Result<UserDraft, Refusal>)? {
        count += 1
        switch source {
        case .lines(var reader):
            let record = try reader.next()
            source = .lines(reader)
            return positioned(record, draft)
        case .document(var reader):
            let record = try reader.next()
            source = .document(reader)
            return positioned(record, draft)
        case .table(var table):
            let record = try table.next()
            source = .table(table)
            return positioned(record) { row throws(Refusal) in
                try format == .supabase ? SupabaseUser.draft(row, now: now) : CommonFields.draft(row: row)
            }
        }
    }

    private func draft(_ text: [UInt8]) throws(Refusal) -> UserDraft {
        switch format {
        case .auth0: try Auth0User.draft(line: text)
        case .keycloak: try KeycloakUser.draft(text)
        case .firebase: try FirebaseUser.draft(text, of: project)
        case .jsonl, .csv, .supabase: try CommonFields.draft(line: text)
        }
    }

    private func positioned<Content>(
        _ record: Record<Content>?, _ draft: (Content) throws(Refusal) -> UserDraft
    ) -> (RecordPosition, Result<UserDraft, Refusal>)? {
        guard let record else { return nil }
        let position = RecordPosition(line: record.line, number: count)
        do throws(Refusal) {
            switch record.content {
            case .success(let content): return (position, .success(try draft(content)))
            case .failure(let fault): throw .record(fault)
            }
        } catch {
            return (position, .failure(error))
        }
    }
}
