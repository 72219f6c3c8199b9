/// Whom a mail is from: an address, and the name that is shown for it, such as `Shop <no-reply@shop.example>`.
public struct Mailbox: Hashable, Sendable {
    /// Printable, 1 to 100 characters; nil when the address stands alone.
    public let name: String?
    public let address: MailAddress

    public init(name: String? = nil, address: MailAddress) throws(MailValueFault) {
        if let name {
            guard (1...100).contains(name.unicodeScalars.count), name.contains(where: { !$0.isWhitespace }) else {
                throw MailValueFault("A sender's name has 1 to 100 characters.")
            }
            guard name.isPrintable else { throw MailValueFault("A sender's name can't contain control characters.") }
        }
        self.name = name
        self.address = address
    }

    /// Reads `address`, `<address>`, `Name <address>` or `"Name" <address>`; within quotes a backslash takes the next character as
    /// it is.
    public init(_ text: String) throws(MailValueFault) {
        guard text.last == ">", let bracket = text.lastIndex(of: "<") else {
            try self.init(address: MailAddress(text))
            return
        }
        let address = try MailAddress(String(text[text.index(after: bracket)...].dropLast()))
        var name = text[..<bracket]
        while name.last == " " { name.removeLast() }
        while name.first == " " { name.removeFirst() }
        try self.init(name: name.isEmpty ? nil : Self.unquoted(name), address: address)
    }

    private static func unquoted(_ name: Substring) throws(MailValueFault) -> String {
        guard name.first == "\"" else { return String(name) }
        var plain = ""
        var rest = name.dropFirst()
        while let character = rest.popFirst() {
            switch character {
            case "\"":
                guard rest.isEmpty else { throw malformed }
                return plain
            case "\\":
                guard let escaped = rest.popFirst() else { throw malformed }
                plain.append(escaped)
            default:
                plain.append(character)
            }
        }
        throw malformed
    }

    private static let malformed = MailValueFault(
        "This must be an email address, or a name and an address such as Shop <no-reply@shop.example>.")
}

extension Mailbox: CustomStringConvertible {
    /// What ``init(_:)`` reads as the same mailbox.
    public var description: String {
        guard let name else { return address.text }
        let isPlain =
            name.utf8.allSatisfy { $0.isAtomText || $0 == 0x20 || $0 >= 0x80 } && name.first != " " && name.last != " "
        return "\(isPlain ? name : name.quoted) <\(address.text)>"
    }
}

extension String {
    /// A quoted-string of RFC 5322, section 3.2.4.
    var quoted: String {
        "\"" + replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
    }

    /// Whether there is nothing in it that ends a line, or that no eye sees as a character.
    var isPrintable: Bool {
        unicodeScalars.allSatisfy { scalar in
            switch scalar.properties.generalCategory {
            case .control, .lineSeparator, .paragraphSeparator, .surrogate: false
            default: true
            }
        }
    }
}
