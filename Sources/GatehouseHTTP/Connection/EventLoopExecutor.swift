import NIOCore
import Synchronization

/// Runs the tasks of the connections of an event loop on that loop, so that a request changes threads neither on its way
/// to its endpoint nor on the way of the answer to the socket.
///
/// Nothing in a task waits for anything while it holds the loop: passwords are hashed, and the database is spoken to, on
/// threads of their own. A signature takes some tens of microseconds; what may take milliseconds is computed elsewhere.
///
/// A statement answers many requests at once. What it has them go on with is handed to the loop together: for each by itself the loop
/// would be locked twice, while it takes what the others have handed over.
final class EventLoopExecutor: TaskExecutor {
    private struct Queue {
        var jobs: [UnownedJob] = []
        /// Whether the loop has been asked to run them.
        var isScheduled = false
    }

    private let loop: any EventLoop
    private let queue = Mutex(Queue())

    init(_ loop: any EventLoop) {
        self.loop = loop
    }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        let mustSchedule = queue.withLock { queue in
            queue.jobs.append(job)
            defer { queue.isScheduled = true }
            return !queue.isScheduled
        }
        if mustSchedule { loop.execute { self.runJobs() } }
    }

    /// What these jobs hand over in turn comes behind whatever else the loop has been given meanwhile.
    private func runJobs() {
        let jobs = queue.withLock { queue in
            defer { queue = Queue() }
            return queue.jobs
        }
        for job in jobs { job.runSynchronously(on: asUnownedTaskExecutor()) }
    }
}

/// The executor of each event loop that has connections.
final class EventLoopExecutors: Sendable {
    private let executors = Mutex<[ObjectIdentifier: EventLoopExecutor]>([:])

    /// The one of this loop. Loops live as long as the server.
    func executor(of loop: any EventLoop) -> EventLoopExecutor {
        executors.withLock { executors in
            if let known = executors[ObjectIdentifier(loop)] { return known }
            let executor = EventLoopExecutor(loop)
            executors[ObjectIdentifier(loop)] = executor
            return executor
        }
    }
}
