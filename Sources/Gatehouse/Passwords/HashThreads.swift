import CoreMetrics
import Dispatch
import Synchronization
import Tracing

import struct FoundationEssentials.UUID

/// Threads of our own for work that keeps a core busy for milliseconds, fed from a `HashQueue`.
final class HashThreads: Sendable {
    /// Exactly one of the two is called, once.
    private struct Job: Sendable {
        let run: @Sendable () -> Void
        let refuse: @Sendable (HashingFailure) -> Void
        let admittedAt = ContinuousClock.now
    }

    private struct State {
        var queue: HashQueue<Job>
        var isStopping = false
    }

    private enum Turn {
        case job(Job)
        case nothing
        case stop
    }

    private let state: Mutex<State>
    /// Signalled at least once for every job admitted, and once for every thread at the end.
    private let wakeUps = DispatchSemaphore(value: 0)
    private let threadCount: Int
    private let metrics: PasswordMetrics
    private let tracer: (any Tracer)?

    init(
        count: Int, queueLimit: Int, metrics: PasswordMetrics = PasswordMetrics(), tracer: (any Tracer)? = nil
    ) {
        self.tracer = tracer
        threadCount = max(1, count)
        self.metrics = metrics
        state = Mutex(State(queue: HashQueue(limit: queueLimit)))
        for _ in 0..<threadCount where !start() {
            // Without its threads nothing is admitted, so every caller hears `overloaded`.
            stop()
        }
    }

    /// The number of jobs that wait for a thread.
    var depth: Int {
        state.withLock { $0.queue.count }
    }

    /// Runs `body` on one of the threads when the tenant's turn comes. In a trace it is called `name`.
    func run<Value: Sendable>(
        for tenant: UUID, as name: String = "hash", _ body: @escaping @Sendable () throws(HashingFailure) -> Value
    ) async throws(HashingFailure) -> Value {
        let ticket = Mutex<HashQueue<Job>.Ticket?>(nil)
        let span = HashSpan(name, tracer)
        let result: Result<Value, HashingFailure> = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let job = Job(
                    run: {
                        span?.begin()
                        continuation.resume(returning: Result { () throws(HashingFailure) in try body() })
                    },
                    refuse: { continuation.resume(returning: .failure($0)) })
                let admitted = admit(job, for: tenant)
                ticket.withLock { $0 = admitted }
                // A cancellation that came before there was a ticket found nothing to withdraw.
                if Task.isCancelled { withdraw(admitted) }
            }
        } onCancel: {
            withdraw(ticket.withLock { $0 })
        }
        span?.end(result)
        return try result.get()
    }

    /// Admits nothing more; what waits is still done, then the threads end.
    func stop() {
        let isFirst = state.withLock { state in
            defer { state.isStopping = true }
            return !state.isStopping
        }
        guard isFirst else { return }
        for _ in 0..<threadCount { wakeUps.signal() }
    }
}

extension HashThreads {
    private func admit(_ job: Job, for tenant: UUID) -> HashQueue<Job>.Ticket? {
        let admission = state.withLock { state in
            state.isStopping ? .refused : state.queue.admit(job, for: tenant)
        }
        switch admission {
        case .admitted(let ticket, let displaced):
            wakeUps.signal()
            if let displaced { turnAway(displaced) }
            return ticket
        case .refused:
            turnAway(job)
            return nil
        }
    }

    private func turnAway(_ job: Job) {
        metrics.refused.increment()
        job.refuse(.overloaded)
    }

    private func withdraw(_ ticket: HashQueue<Job>.Ticket?) {
        guard let ticket else { return }
        state.withLock { $0.queue.withdraw(ticket) }?.refuse(.cancelled)
    }

    /// What a thread does until it ends.
    func work() {
        while true {
            wakeUps.wait()
            switch nextTurn() {
            case .job(let job):
                metrics.waiting.record(.now - job.admittedAt)
                job.run()
            case .nothing: continue
            case .stop: return
            }
        }
    }

    private func nextTurn() -> Turn {
        state.withLock { state in
            if let job = state.queue.next() { return .job(job) }
            return state.isStopping ? .stop : .nothing
        }
    }
}
