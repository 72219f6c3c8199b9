import HTTPTypes

/// What a request's body says it is.
enum MediaType {
    /// Whether the body is plain JSON in UTF-8: `application/json`, with no charset but `utf-8`, not compressed.
    static func isJSON(_ headers: HTTPFields) -> Bool {
        guard let contentType = headers[.contentType] else { return false }
        if contentType == "application/json", headers[.contentEncoding] == nil { return true }
        if let encoding = headers[.contentEncoding], !encoding.equalsASCIICaseInsensitively("identity") { return false }
        var parts = contentType.split(separator: ";", omittingEmptySubsequences: false).map(\.trimmingSpaces)
        guard parts.removeFirst().equalsASCIICaseInsensitively("application/json") else { return false }
        return parts.allSatisfy { parameter in
            parameter.isEmpty || !isForeignCharset(parameter)
        }
    }

    private static func isForeignCharset(_ parameter: Substring) -> Bool {
        let parts = parameter.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2 else { return true }
        guard parts[0].equalsASCIICaseInsensitively("charset") else { return false }
        var value = parts[1]
        if value.count >= 2, value.first == "\"", value.last == "\"" { value = value.dropFirst().dropLast() }
        return !value.equalsASCIICaseInsensitively("utf-8")
    }
}
