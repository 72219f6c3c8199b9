/// The parameters of a form, as OAuth reads them (RFC 6749, section 3.2): none may be there twice, one without a value counts as
/// absent, and those that nobody knows are passed over.
struct FormFields {
    /// More than any client has a use for.
    static let maximumCount = 32

    private var fields: [(name: String, value: String)] = []

    /// No parameters, as where there is no body.
    init() {}

    /// Throws `OAuthFault.invalidRequest` for what is no form and for a parameter that is there twice.
    init(_ body: [UInt8]) throws(OAuthFault) {
        for pair in body.split(separator: UInt8(ascii: "&")) {
            let parts = pair.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
            guard let name = FormText.decode(parts[0]), let value = FormText.decode(parts.count > 1 ? parts[1] : [])
            else { throw .invalidRequest("The body is no form in UTF-8.") }
            guard index(of: name) == nil else { throw .invalidRequest("A parameter is there twice.") }
            guard fields.count < Self.maximumCount else { throw .invalidRequest("There are too many parameters.") }
            fields.append((name, value))
        }
    }

    /// The value of the parameter of exactly this name.
    subscript(name: String) -> String? {
        guard let index = index(of: name), !fields[index].value.isEmpty else { return nil }
        return fields[index].value
    }

    /// Names are compared byte by byte, as `==` would also equate canonically equivalent ones.
    private func index(of name: String) -> Int? {
        fields.firstIndex { $0.name.utf8.elementsEqual(name.utf8) }
    }
}
