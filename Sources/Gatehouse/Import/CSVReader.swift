/// Takes the records of a CSV file (RFC 4180) one after the other. Lines end in LF or CRLF, empty ones are passed over.
///
/// What is wrong with a record is that record's fault: the next one begins at the next line that isn't inside quotation marks. Only
/// a field whose quotation marks aren't closed leaves nothing behind it that could be told apart.
struct CSVReader {
    /// No more than that of a record is held, so that a quotation mark that is never closed can't fill the memory.
    static let limit = 262_144

    private enum Place {
        case beginning
        case bare
        case quoted
        /// Behind a quotation mark that ends the field, or is the first of two that stand for one.
        case closing
    }

    private var input: ByteInput

    init(_ input: ByteInput) {
        self.input = input
    }

    /// Throws `invalidSetting` where a quoted field goes on to the end of the file, or past the limit.
    mutating func next() throws -> Record<[String]>? {
        while try input.peek() != nil {
            let record = try takeRecord()
            if case .success(let fields) = record.content, fields == [""] { continue }
            return record
        }
        return nil
    }

    private mutating func takeRecord() throws -> Record<[String]> {
        var parts = Parts(line: input.line)
        var place = Place.beginning
        var quotedLine = input.line
        while var byte = try input.next() {
            if byte == UInt8(ascii: "\r"), place != .quoted, try input.peek() == UInt8(ascii: "\n") {
                byte = try input.next() ?? byte
            }
            switch (place, byte) {
            case (.quoted, UInt8(ascii: "\"")): place = .closing
            case (.quoted, _):
                parts.append(byte)
                if parts.length > Self.limit { throw Self.unclosed(on: quotedLine) }
            case (_, UInt8(ascii: "\n")): return parts.record()
            case (_, UInt8(ascii: ",")):
                parts.endField()
                place = .beginning
            case (.beginning, UInt8(ascii: "\"")):
                place = .quoted
                quotedLine = input.line
            case (.closing, UInt8(ascii: "\"")):
                parts.append(byte)
                place = .quoted
            case (.closing, _):
                parts.refuse(.malformed("There is something behind the quotation mark that ends a field."))
                place = .bare
            case (_, UInt8(ascii: "\"")), (_, UInt8(ascii: "\r")):
                parts.refuse(.malformed("A field with a quotation mark or a line end in it has to be quoted."))
                place = .bare
            default:
                parts.append(byte)
                place = .bare
            }
        }
        if place == .quoted { throw Self.unclosed(on: quotedLine) }
        return parts.record()
    }

    private static func unclosed(on line: Int) -> Refusal {
        .invalidSetting(
            "The quoted field that begins on line \(line) isn't closed, or its record is longer than \(limit / 1024) KiB."
        )
    }
}

extension CSVReader {
    /// A record as it is put together.
    private struct Parts {
        let line: Int
        private var fields: [String] = []
        private var field: [UInt8] = []
        private(set) var length = 0
        private var fault: FieldFault?

        init(line: Int) {
            self.line = line
        }

        mutating func append(_ byte: UInt8) {
            length += 1
            if length > CSVReader.limit { refuse(.longerThan(CSVReader.limit)) }
            if fault == nil { field.append(byte) }
        }

        /// The first fault counts.
        mutating func refuse(_ fault: FieldFault) {
            self.fault = self.fault ?? fault
            (fields, field) = ([], [])
        }

        /// Counted like a byte of a field: empty ones take room too.
        mutating func endField() {
            length += 1
            if length > CSVReader.limit { refuse(.longerThan(CSVReader.limit)) }
            guard fault == nil else { return }
            guard let text = String(validating: field, as: UTF8.self) else {
                return refuse(.malformed("This is no UTF-8."))
            }
            fields.append(text)
            field = []
        }

        mutating func record() -> Record<[String]> {
            endField()
            return Record(line: line, content: fault.map { .failure($0) } ?? .success(fields))
        }
    }
}
