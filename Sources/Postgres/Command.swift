/// One statement with its bound parameters, ready to be sent.
struct Command: Sendable {
    let key: PreparedStatements.Key
    let parameters: ParameterBuffer
    /// What it is called in a trace.
    let summary: String

    init(_ sql: String) {
        summary = StatementSummary(of: sql).text
        key = PreparedStatements.Key(sql: sql, types: [])
        parameters = .empty
    }

    init<Input, Output>(_ statement: Statement<Input, Output>, _ input: Input) throws(PostgresError) {
        key = statement.key
        summary = statement.summary
        parameters = try statement.encode(input)
    }

    static let begin = Command("begin")
    /// All statements of the transaction see the database as it was at the first.
    static let beginSnapshot = Command("begin isolation level repeatable read")
    static let commit = Command("commit")
    static let rollBack = Command("rollback")

    static func apply(_ setting: LocalSetting) throws(PostgresError) -> Command {
        try Command(applySetting, setting)
    }

    private static let applySetting = Statement<LocalSetting, String>(
        "select set_config($1, $2, true)", bind: { ($0.name, $0.value) }, row: { (value: String) in value })
}
