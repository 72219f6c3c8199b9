import FoundationEssentials

extension Date {
    /// Whole seconds since 1970, rounded down: a JWT's NumericDate.
    var unixSeconds: Int { Int(timeIntervalSince1970.rounded(.down)) }
}
