import Dispatch
import Synchronization

#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// Writes lines of the log on a thread of its own, so that a reader who is slow, or has stopped, holds up nobody who logs.
///
/// What can't be written waits, up to a bound; what comes beyond it is dropped and counted, and a line says how many they
/// were as soon as there is room again. Whole lines go out, in the order in which they came, those of 20 ms together: a
/// system call for each, and a thread that wakes up for it, cost more than making the line.
final class LogWriter: Sendable {
    /// The log of this program.
    static let standardError = LogWriter(descriptor: STDERR_FILENO, flushingAtExit: true)

    private struct State {
        var waiting: [UInt8] = []
        var dropped = 0
        var isWriting = false
    }

    /// How long a line may wait for others. A process that is killed loses them. The threads that wake up cost five times what the
    /// writing does, so under load this decides what a line costs.
    private let delay: DispatchTimeInterval
    private let descriptor: Int32
    private let limit: Int
    private let state = Mutex(State())
    /// A queue has a thread while there is something to write, and that one may block.
    private let thread = DispatchQueue(label: "log")

    /// - Parameter limit: The most bytes that wait.
    init(
        descriptor: Int32, limit: Int = 4 << 20, delay: DispatchTimeInterval = .milliseconds(20),
        flushingAtExit: Bool = false
    ) {
        self.descriptor = descriptor
        self.limit = limit
        self.delay = delay
        if flushingAtExit { atexit { LogWriter.standardError.flush(within: .seconds(1)) } }
    }

    /// Takes a line without its end. Never waits for the reader.
    ///
    /// - Parameter noteDropped: Makes the line which says that so many were dropped before this one.
    func write(_ line: [UInt8], noteDropped: (Int) -> [UInt8]) {
        let mustStart = state.withLock { state in
            guard state.waiting.count + line.count < limit else {
                state.dropped += 1
                return false
            }
            if state.dropped > 0 {
                state.waiting.append(contentsOf: noteDropped(state.dropped))
                state.waiting.append(UInt8(ascii: "\n"))
                state.dropped = 0
            }
            state.waiting.append(contentsOf: line)
            state.waiting.append(UInt8(ascii: "\n"))
            defer { state.isWriting = true }
            return !state.isWriting
        }
        guard mustStart else { return }
        thread.asyncAfter(deadline: .now() + delay) { self.writeAll() }
    }

    /// Has everything written at once and waits for that, but no longer than this: whoever doesn't read can't keep the program from
    /// ending.
    func flush(within limit: DispatchTimeInterval) {
        let work = DispatchGroup()
        thread.async(group: work) { self.writeAll() }
        _ = work.wait(timeout: .now() + limit)
    }

    private func writeAll() {
        while let bytes = next() { try? Terminal.write(bytes, to: descriptor) }
    }

    private func next() -> [UInt8]? {
        state.withLock { state in
            guard !state.waiting.isEmpty else {
                state.isWriting = false
                return nil
            }
            defer { state.waiting = [] }
            return state.waiting
        }
    }
}
