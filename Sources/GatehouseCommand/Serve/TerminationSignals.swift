import Dispatch
import Logging
import UnixSignals

#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// SIGTERM and SIGINT: the first one asks for a graceful end, the second doesn't wait for it.
enum TerminationSignals {
    /// From the return of this on, until the process ends.
    static func trap(logger: Logger, endGracefully: @escaping @Sendable () async -> Void) async {
        let signals = await UnixSignalsSequence(trapping: .sigterm, .sigint)
        Task {
            var isEnding = false
            for await signal in signals {
                if isEnding {
                    logger.warning("Asked to end once more: ending without the answers that are due.")
                    LogWriter.standardError.flush(within: .milliseconds(200))
                    // Not exit(3): what it runs at the end may wait for the very thing that hangs.
                    _exit(128 + signal.rawValue)
                }
                isEnding = true
                await endGracefully()
            }
        }
    }
}
