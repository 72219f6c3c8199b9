/// A CSV file whose first record names the columns of the others.
struct CSVTable {
    /// The columns that a record gives a value for.
    typealias Row = [String: String]

    let columns: [String]
    private var reader: CSVReader

    /// Throws `invalidSetting` where there is no such record.
    init(_ input: ByteInput) throws {
        reader = CSVReader(input)
        guard let header = try reader.next(), case .success(let columns) = header.content,
            Set(columns).count == columns.count
        else {
            throw Refusal.invalidSetting("The first line of a CSV file must name the columns, each once.")
        }
        self.columns = columns
    }

    /// Throws `invalidSetting` where a column is missing, or where there is one that isn't among `known`; any is known when nil.
    func require(_ needed: [String], known: [String]? = nil) throws(Refusal) {
        for column in needed where !columns.contains(column) {
            throw .invalidSetting("The CSV file has no column \(column).")
        }
        if let known, !columns.allSatisfy(known.contains) {
            throw .invalidSetting(
                "The CSV file has a column of another name than \(known.joined(separator: ", ")).")
        }
    }

    mutating func next() throws -> Record<Row>? {
        try reader.next().map { record in
            Record(line: record.line, content: record.content.flatMap(row))
        }
    }

    private func row(_ fields: [String]) -> Result<Row, FieldFault> {
        guard fields.count == columns.count else {
            return .failure(.malformed("There are \(fields.count) fields for \(columns.count) columns."))
        }
        return .success(Row(uniqueKeysWithValues: zip(columns, fields).filter { !$0.1.isEmpty }))
    }
}
