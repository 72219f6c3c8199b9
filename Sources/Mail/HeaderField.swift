/// A field of a message's head, made of words that are never divided, on lines of at most 78 bytes where the words let it
/// (RFC 5322, sections 2.1.1 and 2.2.3).
struct HeaderField {
    /// Without the line end that follows it.
    private(set) var text: String
    private var column: Int

    init(_ name: String) {
        text = "\(name):"
        column = text.utf8.count
    }

    init(_ name: String, _ words: String...) {
        self.init(name)
        for word in words { append(word) }
    }

    mutating func append(_ word: String) {
        if column + 1 + word.utf8.count > 78 {
            text += "\r\n"
            column = 0
        }
        text += " " + word
        column += 1 + word.utf8.count
    }

    /// Appends text as it is when ASCII words say it, and otherwise as encoded words.
    mutating func appendText(_ value: String) {
        let words = value.split(separator: " ", omittingEmptySubsequences: false)
        if words.allSatisfy({ (1...60).contains($0.utf8.count) }), value.isSafeASCII {
            for word in words { append(String(word)) }
        } else {
            appendEncoded(value)
        }
    }

    /// Appends a name that stands before an address.
    mutating func appendPhrase(_ name: String) {
        let quoted = name.quoted
        if quoted.utf8.count <= 60, name.isSafeASCII {
            append(quoted)
        } else {
            appendEncoded(name)
        }
    }

    /// A line with an encoded word has at most 76 bytes, and an encoded word 75 (RFC 2047, section 2).
    private mutating func appendEncoded(_ value: String) {
        for word in EncodedWords(value, firstLimit: 75 - column, limit: 75) { append(word) }
    }
}

extension String {
    /// Whether it consists of printable ASCII, and no reader would take part of it for an encoded word.
    fileprivate var isSafeASCII: Bool { utf8.allSatisfy { (0x20...0x7E).contains($0) } && !contains("=?") }
}
