/// What a statement is called in a trace: its operations and the tables they are for, in order, as the semantic conventions of
/// OpenTelemetry describe `db.query.summary`: `UPDATE refresh_tokens SELECT refresh_tokens users`. No value can be in it.
///
/// It knows the SQL that programs are written in, not all that there is: what it doesn't understand it leaves out.
struct StatementSummary {
    /// In UTF-8, as the conventions ask.
    private static let maximumLength = 255

    private enum Token: Equatable {
        case word(String)
        case opening
        case other
    }

    let text: String

    init(of sql: String) {
        let tokens = Self.tokens(of: sql)
        let derived = Self.commonTableExpressions(in: tokens)
        var parts: [String] = []
        var expectsTable = false
        for (index, token) in tokens.enumerated() {
            guard case .word(let word) = token else {
                // A function or a subquery stands where a table could.
                expectsTable = false
                continue
            }
            if expectsTable, tokens.dropFirst(index + 1).first != .opening || parts.last == "INSERT" {
                if !derived.contains(word), !Self.isNoise(word) { parts.append(word) }
                expectsTable = Self.isNoise(word)
                continue
            }
            switch word {
            case "select", "insert", "delete", "begin", "commit", "rollback": parts.append(word.uppercased())
            case "update" where !Self.isClause(before: index, in: tokens):
                parts.append("UPDATE")
                expectsTable = true
            case "into", "join": expectsTable = true
            case "from": expectsTable = !Self.isComparison(before: index, in: tokens)
            default: break
            }
        }
        text = Self.joined(parts)
    }

    /// `for update` and `do update` are parts of other operations.
    private static func isClause(before index: Int, in tokens: [Token]) -> Bool {
        guard index > 0, case .word(let previous) = tokens[index - 1] else { return false }
        return ["for", "do", "key", "before", "after", "on"].contains(previous)
    }

    /// `is distinct from` names no table.
    private static func isComparison(before index: Int, in tokens: [Token]) -> Bool {
        index > 0 && tokens[index - 1] == .word("distinct")
    }

    private static func isNoise(_ word: String) -> Bool {
        word == "only" || word == "lateral"
    }

    /// What `with` names is no table.
    private static func commonTableExpressions(in tokens: [Token]) -> Set<String> {
        var names: Set<String> = []
        for index in tokens.indices.dropFirst() where tokens[index] == .word("as") {
            let following = tokens.dropFirst(index + 1).prefix(2)
            guard case .word(let name) = tokens[index - 1],
                following.first == .opening || (following.contains(.word("materialized")))
            else { continue }
            names.insert(name)
        }
        return names
    }

    private static func joined(_ parts: [String]) -> String {
        var text = ""
        for part in parts where text.utf8.count + part.utf8.count < maximumLength {
            if !text.isEmpty { text += " " }
            text += part
        }
        return text
    }

    /// Words of names and keywords, in lower case; texts in quotes are skipped.
    private static func tokens(of sql: String) -> [Token] {
        var tokens: [Token] = []
        var rest = Substring(sql).utf8
        while let byte = rest.first {
            if isNameByte(byte) {
                let word = rest.prefix(while: { isNameByte($0) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
                )
                tokens.append(.word(String(Substring(word)).lowercased()))
                rest = rest[word.endIndex...]
                continue
            }
            rest = rest.dropFirst()
            switch byte {
            case UInt8(ascii: "'"): rest = rest.drop { $0 != UInt8(ascii: "'") }.dropFirst()
            case UInt8(ascii: "("): tokens.append(.opening)
            case 0x20, 0x0A, 0x09, 0x0D: break
            default: tokens.append(.other)
            }
        }
        return tokens
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "_"),
            UInt8(ascii: "."):
            true
        default: false
        }
    }
}
