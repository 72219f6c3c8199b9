/// How far long work has got, on standard error: a line a second at the most, and one at the end.
final class ProgressLine {
    private var lastShown = ContinuousClock.now

    /// The last one is always shown, any other when a second has gone by since the one before.
    func show(_ text: String, isLast: Bool) {
        let now = ContinuousClock.now
        guard isLast || lastShown.duration(to: now) >= .seconds(1) else { return }
        lastShown = now
        Terminal.printDiagnostic("gatehouse: \(text)")
    }
}
