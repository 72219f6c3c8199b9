import Testing

/// What came of an experiment.
struct FaultVerdict: Sendable {
    let name: String
    let counts: FaultTally.Counts
    /// Sessions whose last acknowledged refresh is gone.
    let losses: [String]
    /// Generations issued with different tokens.
    let forks: Int
    let recovery: FaultTally.Recovery
    let peak: FaultWatch.Peak

    /// The promises that hold on every bad day.
    ///
    /// - Parameters:
    ///   - mostConnections: Of the service's role at the server, those that are being ended among them.
    ///   - mostAttempts: To connect, within a second.
    func expectPromises(
        mostConnections: Int = 2 * (FaultStage.poolSize + 2), mostAttempts: Int = 3 * (FaultStage.poolSize + 2),
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        report()
        #expect(losses.isEmpty, "\(name): \(losses)", sourceLocation: sourceLocation)
        #expect(forks == 0, "\(name)", sourceLocation: sourceLocation)
        #expect(counts.denied.isEmpty, "\(name)", sourceLocation: sourceLocation)
        #expect(counts.wrong.isEmpty, "\(name)", sourceLocation: sourceLocation)
        #expect(peak.connections <= mostConnections, "\(name)", sourceLocation: sourceLocation)
        #expect(peak.attempts <= mostAttempts, "\(name): a thundering herd", sourceLocation: sourceLocation)
        #expect(peak.memory <= Self.mostMemory, "\(name)", sourceLocation: sourceLocation)
        // A machine that is busy with other things may be slow; the table is made on one that isn't.
        if FaultForm.current == .long {
            #expect(recovery.all < .seconds(5), "\(name)", sourceLocation: sourceLocation)
        }
    }

    /// MiB, of a program built for debugging.
    private static let mostMemory = 256

    private func report() {
        print("\(name): \(counts), recovered after \(recovery.first) to \(recovery.all), at most \(peak)")
        if FaultForm.current == .long { ReliabilityTable.enter(self) }
    }
}
