import HTTPTypes

/// What the `Authorization` header of a request offers as a bearer token (RFC 6750, section 2.1).
enum Authorization: Equatable {
    /// No header, or another scheme: nothing was offered.
    case absent
    case bearer(String)
    /// The scheme is Bearer, and what follows isn't exactly one token.
    case malformed

    init(_ headers: HTTPFields) throws(RequestFault) {
        switch SingleField(.authorization, in: headers) {
        case .absent: self = .absent
        case .once(let value): self.init(value)
        case .repeated: throw .malformedRequest("The request has more than one Authorization header.")
        }
    }

    init(_ value: String) {
        let scheme = value.utf8.prefix { $0 != 0x20 && $0 != 0x09 }
        guard Substring(scheme).equalsASCIICaseInsensitively("bearer") else {
            self = .absent
            return
        }
        let token = value[scheme.endIndex...].trimmingSpaces
        let isToken = token.utf8.withContiguousStorageIfAvailable(Self.isToken68) ?? Self.isToken68(Array(token.utf8))
        self = isToken ? .bearer(String(token)) : .malformed
    }

    private static func isToken68(_ text: some RandomAccessCollection<UInt8>) -> Bool {
        let body = text.prefix(while: HTTPText.isToken68Byte)
        return !body.isEmpty && text[body.endIndex...].allSatisfy { $0 == UInt8(ascii: "=") }
    }
}
