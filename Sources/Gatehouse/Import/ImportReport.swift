/// What an import came to, or would come to.
public struct ImportReport: Sendable, Equatable {
    public var imported = 0
    /// Users who were there already by their email, by an earlier run for one, and aren't somebody else as far as the file tells.
    public var skipped = 0
    public var refused = 0
    public let isDryRun: Bool

    public init(isDryRun: Bool) {
        self.isDryRun = isDryRun
    }
}

/// A user of the file who was not imported, and why. Nothing of what the file says is repeated.
public struct RefusedUser: Sendable, Equatable {
    public let position: RecordPosition
    /// What is wrong, one problem or more. The field of what is wrong with the whole is empty.
    public let problems: [FieldProblem]
}
