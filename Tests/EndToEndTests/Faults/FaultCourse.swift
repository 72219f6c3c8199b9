import Synchronization

/// A running experiment, as who brings the fault about sees it.
struct FaultCourse: Sendable {
    let stage: FaultStage
    let service: KillableService
    let tally: FaultTally
    private let recoveries = Recoveries()

    private final class Recoveries: Sendable {
        let worst = Mutex(FaultTally.Recovery())
    }

    init(stage: FaultStage, service: KillableService, tally: FaultTally) {
        self.stage = stage
        self.service = service
        self.tally = tally
    }

    /// The longest that clients took to get on after a fault was over.
    var worstRecovery: FaultTally.Recovery { recoveries.worst.withLock { $0 } }

    /// To be called the moment everything is as it should be; returns when every client has got on since.
    func isOver() async throws {
        let recovery = try await tally.recovery()
        recoveries.worst.withLock {
            $0.first = max($0.first, recovery.first)
            $0.all = max($0.all, recovery.all)
        }
    }

    /// Lets the clients go on with things as they are.
    func letPass(short: Duration, long: Duration) async throws {
        try await Task.sleep(for: FaultForm.current.pick(short: short, long: long))
    }

    /// Brings the fault about once, or as often as the long form has it.
    func rounds(long: Int, _ fault: () async throws -> Void) async throws {
        for _ in 0..<FaultForm.current.pick(short: 1, long: long) {
            try await fault()
            try await isOver()
            try await letPass(short: .milliseconds(300), long: .seconds(2))
        }
    }
}
