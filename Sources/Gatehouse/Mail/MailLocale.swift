/// A language tag in lower case, such as `de` or `pt-br` (RFC 5646), of at most 35 characters.
public struct MailLocale: Sendable, Hashable {
    public let text: String

    /// Nil for what has no tag's form: letters, then parts of letters and digits, with hyphens between.
    public init?(_ text: some StringProtocol) {
        let lowered = String(text).foldingASCIICase
        let parts = lowered.utf8.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
        guard lowered.utf8.count <= 35, let language = parts.first, (2...8).contains(language.count),
            language.allSatisfy({ (0x61...0x7A).contains($0) }),
            parts.dropFirst().allSatisfy({ (1...8).contains($0.count) && $0.allSatisfy(\.isASCIILetterOrDigit) })
        else { return nil }
        self.text = lowered
    }

    /// The language a browser asks for first (RFC 9110, section 12.5.4); nil where it names none.
    ///
    /// Browsers send their list in the order of preference, so the weights aren't looked at.
    public init?(acceptLanguage field: String) {
        guard let first = field.split(separator: ",").first?.split(separator: ";").first else { return nil }
        self.init(String(first).trimmingASCIISpace())
    }

    /// This tag and those it falls back to, the closest first: `pt-br`, then `pt` (RFC 4647, section 3.4).
    var lookUpOrder: [String] {
        var tags = [text]
        while let hyphen = tags[tags.count - 1].lastIndex(of: "-") {
            tags.append(String(tags[tags.count - 1][..<hyphen]))
        }
        return tags
    }
}
