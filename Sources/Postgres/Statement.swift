/// One SQL statement with what goes in and what comes out.
///
/// ```swift
/// let emailOfUser = Statement<(UUID, UUID), String>(
///     "select email from users where tenant_id = $1 and id = $2",
///     bind: { ($0.0, $0.1) },
///     row: { (email: String) in email })
/// ```
/// Parameters and columns travel in the binary format of their Swift types, in order. A column of another type
/// is a ``PostgresError/decoding(_:)``, not a conversion: cast it in the SQL.
public struct Statement<Input, Output>: StatementDescription, Sendable {
    public let columnTypes: [PostgresType]
    public let acceptedColumnTypes: [[PostgresType]]

    let key: PreparedStatements.Key
    /// What it is called in a trace.
    let summary: String
    let encode: @Sendable (Input) throws(PostgresError) -> ParameterBuffer
    let decode: @Sendable (borrowing ServerResult) throws(PostgresError) -> [Output]

    public var sql: String { key.sql }
    public var parameterTypes: [PostgresType] { key.types.map { PostgresType(oid: $0) } }

    /// A statement that gives rows. What `row` throws becomes a ``PostgresError/decoding(_:)``.
    public init<each P: PostgresEncodable, each C: PostgresDecodable>(
        _ sql: String,
        bind: @escaping @Sendable (Input) -> (repeat each P),
        row: @escaping @Sendable (repeat each C) throws -> Output
    ) {
        key = PreparedStatements.Key(sql: sql, types: Self.types(of: repeat (each P).self).map(\.oid))
        summary = StatementSummary(of: sql).text
        encode = Self.encoder(bind)
        var accepted: [[PostgresType]] = []
        repeat accepted.append((each C).acceptedPostgresTypes)
        columnTypes = Self.types(of: repeat (each C).self)
        acceptedColumnTypes = accepted
        let columns = accepted
        decode = { result throws(PostgresError) in
            try result.checkColumns(columns)
            let count = result.rowCount
            var rows: [Output] = []
            rows.reserveCapacity(count)
            for index in 0..<count {
                var column = 0
                do {
                    rows.append(try row(repeat try result.next((each C).self, row: index, column: &column)))
                } catch let error as PostgresError {
                    throw error
                } catch {
                    throw .decoding(
                        DecodingFault(column: nil, expected: "\(Output.self)", actual: "a row it refuses: \(error)"))
                }
            }
            return rows
        }
    }

    /// A statement without rows.
    public init<each P: PostgresEncodable>(
        _ sql: String, bind: @escaping @Sendable (Input) -> (repeat each P)
    ) where Output == Void {
        key = PreparedStatements.Key(sql: sql, types: Self.types(of: repeat (each P).self).map(\.oid))
        summary = StatementSummary(of: sql).text
        columnTypes = []
        acceptedColumnTypes = []
        encode = Self.encoder(bind)
        decode = { result throws(PostgresError) in
            try result.checkColumns([])
            return []
        }
    }

    private static func types<each T: PostgresRepresentable>(of types: repeat (each T).Type) -> [PostgresType] {
        var list: [PostgresType] = []
        repeat list.append((each types).postgresType)
        return list
    }

    private static func encoder<each P: PostgresEncodable>(
        _ bind: @escaping @Sendable (Input) -> (repeat each P)
    ) -> @Sendable (Input) throws(PostgresError) -> ParameterBuffer {
        { input throws(PostgresError) in
            let parameters = bind(input)
            var buffer = ParameterBuffer(reserving: 256)
            for parameter in repeat each parameters { try buffer.append(parameter) }
            return buffer
        }
    }
}

extension ServerResult {
    fileprivate func checkColumns(_ accepted: [[PostgresType]]) throws(PostgresError) {
        guard columnCount == accepted.count else {
            throw .decoding(
                DecodingFault(column: nil, expected: "\(accepted.count) columns", actual: "\(columnCount)"))
        }
        for column in 0..<accepted.count {
            let actual = PostgresType(oid: columnType(column))
            if accepted[column].contains(actual) { continue }
            throw .decoding(
                DecodingFault(
                    column: columnName(column), expected: "\(accepted[column][0])", actual: "\(actual)"))
        }
    }

    fileprivate func next<Value: PostgresDecodable>(
        _ type: Value.Type, row: Int, column: inout Int
    ) throws(PostgresError) -> Value {
        defer { column += 1 }
        do throws(ValueFault) {
            if isNull(row: row, column: column) { return try Value.decodeNull() }
            return try value(row: row, column: column)
        } catch {
            throw .decoding(
                DecodingFault(
                    column: columnName(column), expected: "\(Value.postgresType)", actual: error.reason))
        }
    }
}
