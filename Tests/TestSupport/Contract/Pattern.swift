import Synchronization

/// Regular expressions as JSON Schema has them: found anywhere in the text unless they are anchored, by code points.
enum Pattern {
    /// Compiled once: thousands of answers are compared with a few dozen patterns.
    private static let compiled = Mutex<[String: Regex<AnyRegexOutput>]>([:])

    /// False for what is no regular expression.
    static func matches(_ pattern: String, _ text: String) -> Bool {
        compiled.withLock { compiled in
            if compiled[pattern] == nil {
                compiled[pattern] = (try? Regex(pattern))?.matchingSemantics(.unicodeScalar)
            }
            guard let expression = compiled[pattern] else { return false }
            return text.firstMatch(of: expression) != nil
        }
    }
}
