extension Duration {
    /// Seconds with their fraction.
    var seconds: Double {
        let (seconds, attoseconds) = components
        return Double(seconds) + Double(attoseconds) * 1e-18
    }

    /// Whole seconds, as settings are stored.
    public var wholeSeconds: Int32 { Int32(clamping: components.seconds) }
}
