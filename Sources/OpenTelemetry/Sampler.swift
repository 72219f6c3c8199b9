/// Which traces are recorded that nobody before us has decided about.
public struct Sampler: Sendable {
    private let threshold: UInt64

    /// - Parameter ratio: The share of new traces that is recorded; what is outside 0 to 1 counts as the nearer of both.
    public init(ratio: Double) {
        // Of a ratio below one the product is below 2⁶³, which is exact as a double.
        threshold = ratio >= 1 ? 1 << 63 : ratio > 0 ? UInt64(ratio * 0x1p63) : 0
    }

    /// Decides by the identifier, as every other service does that samples by it: all keep the same traces.
    func records(_ id: TraceID) -> Bool { id.low & ~(1 << 63) < threshold }
}
