import Dispatch
import Synchronization

#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// Writes lines of the log on a thread of its own, so that a reader who is slow, or has stopped, holds up nobody who logs.
///
/// What can't be written yet waits, up to a bound; what comes beyond it, or is refused as by a full disk, is dropped and counted, and a
/// line says how many they were as soon as there is room again. Whole lines go out, in the order in which they came, those of 20 ms
/// together: a system call for each, and a thread that wakes up for it, cost more than making the line.
final class LogWriter: Sendable {
    /// The log of this program.
    static let standardError = LogWriter(descriptor: STDERR_FILENO, flushingAtExit: true)

    private struct State {
        var waiting = LogLines()
        var dropped = 0
        var isWriting = false
        /// Whether what has been written ends within a line.
        var isCut = false

        /// Counts lines of which only the first bytes have been written. Those that came meanwhile go with them, so that the line which
        /// tells of all stands in their place.
        mutating func drop(_ lines: LogLines, written: Int) {
            dropped += lines.lost(written: written) + waiting.lost(written: 0)
            waiting = LogLines()
            if written > 0 { isCut = lines.isCut(written: written) }
        }
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
            guard state.waiting.bytes.count + line.count < limit else {
                state.dropped += 1
                return false
            }
            if state.dropped > 0 {
                state.waiting.append(noteDropped(state.dropped), tellingOf: state.dropped)
                state.dropped = 0
            }
            state.waiting.append(line)
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
        while let lines = next() {
            do throws(LostOutput) {
                try write(lines)
            } catch {
                state.withLock { $0.drop(lines, written: error.written) }
            }
        }
    }

    private func write(_ lines: LogLines) throws(LostOutput) {
        if state.withLock({ $0.isCut }) {
            try Terminal.write("\n", to: descriptor)
            state.withLock { $0.isCut = false }
        }
        try Terminal.write(lines.bytes, to: descriptor)
    }

    private func next() -> LogLines? {
        state.withLock { state in
            guard !state.waiting.bytes.isEmpty else {
                state.isWriting = false
                return nil
            }
            defer { state.waiting = LogLines() }
            return state.waiting
        }
    }
}
