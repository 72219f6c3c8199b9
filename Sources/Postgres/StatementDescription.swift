/// What a statement declares, without its Swift types; to check many of them against a schema.
public protocol StatementDescription: Sendable {
    var sql: String { get }
    var parameterTypes: [PostgresType] { get }
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
