import NIOCore

/// Runs the tasks of a connection on the event loop of its channel, so that a request changes threads neither on its way
/// to its endpoint nor on the way of the answer to the socket.
///
/// Nothing in a task waits for anything while it holds the loop: passwords are hashed, and the database is spoken to, on
/// threads of their own. A signature takes some tens of microseconds; what may take milliseconds is computed elsewhere.
final class EventLoopExecutor: TaskExecutor {
    private let loop: any EventLoop

    init(_ loop: any EventLoop) {
        self.loop = loop
    }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        loop.execute { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }
}
