import HTTPTypes

/// The cookies of a request (RFC 6265, section 4.2).
enum Cookies {
    /// The value of the cookie of exactly this name, without quotation marks around it.
    ///
    /// Two of one name are refused: which of them a browser means can't be known, and one of them may have been planted.
    static func value(of name: @autoclosure () -> String, in headers: HTTPFields) throws(RequestFault) -> String? {
        guard headers.contains(.cookie) else { return nil }
        let name = name()
        var found: Substring?
        for line in headers[values: .cookie] {
            for pair in line.utf8.split(separator: UInt8(ascii: ";")) {
                let pair = Substring(pair).trimmingSpaces
                guard let equals = pair.utf8.firstIndex(of: UInt8(ascii: "=")),
                    pair[..<equals].utf8.elementsEqual(name.utf8)
                else { continue }
                guard found == nil else { throw .malformedRequest("The cookie \(name) is sent twice.") }
                found = unquoted(pair[pair.utf8.index(after: equals)...])
            }
        }
        return found.map(String.init)
    }

    private static func unquoted(_ value: Substring) -> Substring {
        let bytes = value.utf8
        // A character may consist of a quotation mark and what combines with it, so bytes are what is dropped.
        return bytes.count >= 2 && bytes.first == UInt8(ascii: "\"") && bytes.last == UInt8(ascii: "\"")
            ? Substring(bytes.dropFirst().dropLast()) : value
    }
}
