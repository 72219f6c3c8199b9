/// What a statement declares, without its Swift types; to check many of them against a schema.
public protocol StatementDescription: Sendable {
    /// As it is sent, with `$1` for the first parameter.
    var sql: String { get }
    /// In the order of `$1`, `$2`, …
    var parameterTypes: [PostgresType] { get }
    /// In the order of the columns; empty for a statement without rows.
    var columnTypes: [PostgresType] { get }
    /// For each column the types that the statement can read, ``columnTypes`` among them.
    var acceptedColumnTypes: [[PostgresType]] { get }
}

extension StatementDescription {
    /// Whether the statement can read rows of these types.
    public func accepts(columnTypes actual: [PostgresType]) -> Bool {
        actual.count == acceptedColumnTypes.count
            && zip(acceptedColumnTypes, actual).allSatisfy { $0.contains($1) }
    }
}
