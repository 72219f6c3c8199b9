import FoundationEssentials

#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// A command run by `/bin/sh -c`, in a process group of its own so that everything it started can be ended with it.
/// It has nothing to read: what stands in standard input is the program's.
struct ShellCommand {
    enum Outcome: Equatable {
        case output([UInt8])
        case failed(status: Int32)
        case timedOut
        case notStarted
        /// It printed more than was asked for.
        case unreadable
    }

    private let command: String

    init(_ command: String) {
        self.command = command
    }

    /// Blocks until the command has ended or been ended; meant for the start of the program, before anything is served.
    func run(limit: Int, deadline: Duration) -> Outcome {
        let end = ContinuousClock.now + deadline
        var pipeEnds: [Int32] = [-1, -1]
        guard pipe(&pipeEnds) == 0 else { return .notStarted }
        defer { close(pipeEnds[0]) }
        let process = spawn(output: pipeEnds[1], unneeded: pipeEnds[0])
        close(pipeEnds[1])
        guard let process else { return .notStarted }

        let output = PipeReader(descriptor: pipeEnds[0], limit: limit, deadline: end).readAll()
        if output == nil { kill(-process, SIGKILL) }
        let status = wait(for: process, until: end)
        guard let output, let status else { return ContinuousClock.now >= end ? .timedOut : .unreadable }
        return status == 0 ? .output(output) : .failed(status: status)
    }

    private func spawn(output: Int32, unneeded: Int32) -> pid_t? {
        #if canImport(Darwin)
            var actions: posix_spawn_file_actions_t?
            var attributes: posix_spawnattr_t?
        #else
            var actions = posix_spawn_file_actions_t()
            var attributes = posix_spawnattr_t()
        #endif
        guard posix_spawn_file_actions_init(&actions) == 0 else { return nil }
        defer { posix_spawn_file_actions_destroy(&actions) }
        guard posix_spawnattr_init(&attributes) == 0 else { return nil }
        defer { posix_spawnattr_destroy(&attributes) }
        guard posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0) == 0,
            posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO) == 0,
            posix_spawn_file_actions_addclose(&actions, output) == 0,
            posix_spawn_file_actions_addclose(&actions, unneeded) == 0,
            posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETPGROUP)) == 0,
            posix_spawnattr_setpgroup(&attributes, 0) == 0
        else { return nil }

        var arguments = Self.strings(["/bin/sh", "-c", command])
        var environment = Self.strings(ProcessInfo.processInfo.environment.map { "\($0.key)=\($0.value)" })
        defer { (arguments + environment).forEach { free($0) } }
        var process: pid_t = 0
        return posix_spawn(&process, "/bin/sh", &actions, &attributes, &arguments, &environment) == 0 ? process : nil
    }

    private static func strings(_ texts: [String]) -> [UnsafeMutablePointer<CChar>?] {
        texts.map { strdup($0) } + [nil]
    }

    /// The exit status as a shell gives it (128 and the signal's number for a command that a signal ended), or nil for
    /// a command that closed its output and went on until it was killed.
    private func wait(for process: pid_t, until end: ContinuousClock.Instant) -> Int32? {
        var status: Int32 = 0
        while true {
            let ended = waitpid(process, &status, WNOHANG)
            if ended == process { break }
            guard ended == 0 || errno == EINTR else { return nil }
            if ContinuousClock.now >= end { kill(-process, SIGKILL) }
            // The pipe is closed, so nothing but the process table tells of the end.
            poll(nil, 0, 5)
        }
        let signal = status & 0x7f
        return signal == 0 ? (status >> 8) & 0xff : ContinuousClock.now >= end ? nil : 128 + signal
    }
}
