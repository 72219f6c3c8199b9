/// One look at something that may be slow, shared by everybody who asks meanwhile.
///
/// At most one look is under way, however many ask and however often; what it saw is remembered for a moment. Nobody
/// waits longer than `patience`: a look that takes longer goes on by itself, and until it ends the answer is `overdue`.
actor SharedLook<Sight: Sendable> {
    private enum State: Equatable {
        case resting
        case looking(number: Int)
        /// The look has taken longer than anybody waits.
        case overdue
    }

    private let patience: Duration
    private let memory: Duration
    private let overdue: Sight
    private let look: @Sendable () async -> Sight
    private var state = State.resting
    private var looks = 0
    private var last: (sight: Sight, at: ContinuousClock.Instant)?
    private var waiting: [CheckedContinuation<Sight, Never>] = []

    init(
        patience: Duration, memory: Duration, overdue: Sight, _ look: @escaping @Sendable () async -> Sight
    ) {
        self.patience = patience
        self.memory = memory
        self.overdue = overdue
        self.look = look
    }

    /// How many are waiting for the look that is under way.
    var waitingCount: Int { waiting.count }

    func callAsFunction() async -> Sight {
        if let last, .now - last.at < memory { return last.sight }
        if state == .overdue { return overdue }
        return await withCheckedContinuation { continuation in
            waiting.append(continuation)
            if state == .resting { begin() }
        }
    }

    private func begin() {
        looks += 1
        let number = looks
        state = .looking(number: number)
        let timer = Task {
            try await Task.sleep(for: patience)
            timeIsUp(for: number)
        }
        Task {
            let sight = await look()
            timer.cancel()
            state = .resting
            settle(sight)
        }
    }

    private func timeIsUp(for number: Int) {
        guard state == .looking(number: number) else { return }
        state = .overdue
        settle(overdue)
    }

    private func settle(_ sight: Sight) {
        last = (sight, .now)
        for continuation in waiting { continuation.resume(returning: sight) }
        waiting = []
    }
}
