internal import Dispatch
internal import Synchronization

#if canImport(Darwin)
    internal import Darwin
#else
    internal import Glibc
#endif

/// A serial executor that is one thread of its own, so that what runs on it may block.
///
/// The thread ends after ``stop()``; the owner calls it when no job can follow.
final class ConnectionThread: SerialExecutor {
    private struct Queue {
        var jobs: [UnownedJob] = []
        var isParked = false
        var isStopped = false
    }

    private let queue = Mutex(Queue())
    private let wakeUp = DispatchSemaphore(value: 0)

    /// Nil when the system refuses a thread.
    init?(stackSize: Int = smallStack) {
        guard startThread(stackSize: stackSize, { [self] in runJobs() }) else { return nil }
    }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        let mustWake = queue.withLock { queue in
            queue.jobs.append(job)
            defer { queue.isParked = false }
            return queue.isParked
        }
        if mustWake { wakeUp.signal() }
    }

    func stop() {
        let mustWake = queue.withLock { queue in
            queue.isStopped = true
            defer { queue.isParked = false }
            return queue.isParked
        }
        if mustWake { wakeUp.signal() }
    }

    private enum Turn { case run([UnownedJob]), park, end }

    private func runJobs() {
        while true {
            switch nextTurn() {
            case .run(let jobs):
                for job in jobs { job.runSynchronously(on: asUnownedSerialExecutor()) }
            case .park:
                wakeUp.wait()
            case .end:
                return
            }
        }
    }

    private func nextTurn() -> Turn {
        queue.withLock { queue in
            if !queue.jobs.isEmpty {
                let jobs = queue.jobs
                queue.jobs.removeAll(keepingCapacity: true)
                return .run(jobs)
            }
            if queue.isStopped { return .end }
            queue.isParked = true
            return .park
        }
    }
}

/// Bytes; enough for libpq and for jobs that only wait for it.
let smallStack = 512 * 1024

/// Runs `body` on a new detached thread. False when the system refuses one: its limit or its memory is exhausted.
func startThread(stackSize: Int = smallStack, _ body: @escaping @Sendable () -> Void) -> Bool {
    let box = Unmanaged.passRetained(ThreadBody(run: body))
    var attributes = pthread_attr_t()
    pthread_attr_init(&attributes)
    defer { pthread_attr_destroy(&attributes) }
    pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
    pthread_attr_setstacksize(&attributes, stackSize)
    #if canImport(Darwin)
        var thread: pthread_t?
        let entry: @convention(c) (UnsafeMutableRawPointer) -> UnsafeMutableRawPointer? = { context in
            Unmanaged<ThreadBody>.fromOpaque(context).takeRetainedValue().run()
            return nil
        }
    #else
        var thread = pthread_t()
        let entry: @convention(c) (UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? = { context in
            if let context { Unmanaged<ThreadBody>.fromOpaque(context).takeRetainedValue().run() }
            return nil
        }
    #endif
    guard pthread_create(&thread, &attributes, entry, box.toOpaque()) == 0 else {
        box.release()
        return false
    }
    return true
}

private final class ThreadBody: Sendable {
    let run: @Sendable () -> Void
    init(run: @escaping @Sendable () -> Void) { self.run = run }
}
