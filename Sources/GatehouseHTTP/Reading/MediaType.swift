import HTTPTypes

/// What a request's body has to say it is.
enum MediaType: String {
    case json = "application/json"
    case form = "application/x-www-form-urlencoded"

    /// Whether the body is of this type, with no charset but UTF-8, not compressed.
    func isDeclared(in headers: HTTPFields) -> Bool {
        guard let contentType = headers.text(of: .contentType) else { return false }
        if contentType == rawValue, !headers.contains(.contentEncoding) { return true }
        if let encoding = headers.text(of: .contentEncoding), !encoding.equalsASCIICaseInsensitively("identity") {
            return false
        }
        // Bytes, because a character may consist of a semicolon and what combines with it.
        var parts = contentType.utf8.split(separator: UInt8(ascii: ";"), omittingEmptySubsequences: false)
            .map { Substring($0).trimmingSpaces }
        guard parts.removeFirst().equalsASCIICaseInsensitively(rawValue) else { return false }
        return parts.allSatisfy { parameter in
            parameter.isEmpty || !Self.isForeignCharset(parameter)
        }
    }

    private static func isForeignCharset(_ parameter: Substring) -> Bool {
        let parts = parameter.utf8.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
            .map { Substring($0) }
        guard parts.count == 2 else { return true }
        guard parts[0].equalsASCIICaseInsensitively("charset") else { return false }
        var value = parts[1]
        let quote = UInt8(ascii: "\"")
        if value.utf8.count >= 2, value.utf8.first == quote, value.utf8.last == quote {
            value = Substring(value.utf8.dropFirst().dropLast())
        }
        // The second is no registered name, but what some clients call it.
        return !value.equalsASCIICaseInsensitively("utf-8") && !value.equalsASCIICaseInsensitively("utf8")
    }
}
