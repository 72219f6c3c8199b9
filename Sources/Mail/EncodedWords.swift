import FoundationEssentials

/// Text as encoded words of RFC 2047: Base64 of UTF-8, each word holding whole characters.
struct EncodedWords: Sequence, IteratorProtocol {
    private static let prefix = "=?UTF-8?B?"
    private static let suffix = "?="

    private var rest: Substring.UnicodeScalarView
    private var limit: Int
    private let laterLimit: Int

    /// - Parameters:
    ///   - firstLimit: How many bytes the first word may have; 16 at least.
    ///   - limit: How many each of the others may have.
    init(_ text: String, firstLimit: Int, limit: Int) {
        rest = text[...].unicodeScalars
        self.limit = firstLimit
        laterLimit = limit
    }

    mutating func next() -> String? {
        guard !rest.isEmpty else { return nil }
        let room = (limit - Self.prefix.utf8.count - Self.suffix.utf8.count) / 4 * 3
        limit = laterLimit
        var bytes: [UInt8] = []
        while let scalar = rest.first, bytes.count + UTF8.width(scalar) <= room || bytes.isEmpty {
            bytes.append(contentsOf: String(scalar).utf8)
            rest.removeFirst()
        }
        return Self.prefix + Data(bytes).base64EncodedString() + Self.suffix
    }
}
