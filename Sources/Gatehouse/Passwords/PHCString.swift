/// The parts of a `$`-separated stored hash (the PHC string format), bounded before anything is read.
struct PHCString {
    /// The name of the scheme, `argon2id` for one.
    let scheme: Substring
    /// What follows it.
    let sections: [Substring]

    /// Longer text is no hash of a scheme that can be verified.
    static let maximumLength = 512

    init?(_ text: String) {
        guard text.utf8.count <= Self.maximumLength, text.utf8.first == 0x24 else { return nil }
        let parts = text.dropFirst().split(separator: "$", maxSplits: 5, omittingEmptySubsequences: false)
        guard let scheme = parts.first else { return nil }
        self.scheme = scheme
        sections = Array(parts.dropFirst())
    }
}
