import Dispatch
import Synchronization

#if canImport(Darwin)
    import Darwin
    private typealias FileActions = posix_spawn_file_actions_t?
    private typealias Attributes = posix_spawnattr_t?
#else
    import Glibc
    private typealias FileActions = posix_spawn_file_actions_t
    private typealias Attributes = posix_spawnattr_t
#endif

/// A program in a process group of its own, so that Ctrl-C in a terminal reaches us and not it.
package final class ChildProcess: Sendable {
    private let status: EndStatus
    private let ending: Task<Void, Never>

    private final class EndStatus: Sendable {
        let hasEnded = Atomic(false)
    }

    /// Starts `arguments[0]`, found in PATH, with these descriptors as its standard streams.
    init(
        _ arguments: [String], environment: [String: String], input: Descriptor, output: Descriptor
    ) throws(ClusterError) {
        let child = try Self.spawn(arguments, environment: environment, input: input, output: output)
        let status = EndStatus()
        self.status = status
        ending = Task {
            await Self.onOwnThread {
                _ = Self.wait(for: child)
                status.hasEnded.store(true, ordering: .releasing)
            }
        }
    }

    var hasEnded: Bool { status.hasEnded.load(ordering: .acquiring) }

    func waitUntilEnded() async {
        await ending.value
    }

    /// Runs a program to its end.
    ///
    /// - Returns: Its exit code, or 128 + the signal that ended it, and what it printed on both streams.
    package static func run(
        _ arguments: [String], environment: [String: String]
    ) async throws(ClusterError) -> (status: Int32, output: String) {
        let outcome = await onOwnThread {
            Result { () throws(ClusterError) in try runBlocking(arguments, environment: environment) }
        }
        return try outcome.get()
    }

    /// `run` for where nothing else goes on, as at exit.
    package static func runBlocking(
        _ arguments: [String], environment: [String: String]
    ) throws(ClusterError) -> (status: Int32, output: String) {
        let null = try Descriptor.open("/dev/null", O_RDONLY)
        let output = try Descriptor.pair()
        let child = try spawn(arguments, environment: environment, input: null, output: output.theirs)
        output.theirs.close()
        let text = output.ours.readToEnd()
        return (wait(for: child), text)
    }

    /// `waitpid` and `read` block. A serial queue of its own gets a thread of its own; those of the global queues are
    /// what Swift's tasks run on where Dispatch carries them.
    private static func onOwnThread<R: Sendable>(_ body: @escaping @Sendable () -> R) async -> R {
        await withCheckedContinuation { continuation in
            DispatchQueue(label: "gatehouse.child-process").async { continuation.resume(returning: body()) }
        }
    }

    private static func wait(for child: pid_t) -> Int32 {
        var status: Int32 = 0
        while waitpid(child, &status, 0) < 0 {
            guard errno == EINTR else { return 127 }
        }
        let signal = status & 0x7f
        return signal == 0 ? (status >> 8) & 0xff : 128 + signal
    }

    private static func spawn(
        _ arguments: [String], environment: [String: String], input: Descriptor, output: Descriptor
    ) throws(ClusterError) -> pid_t {
        #if canImport(Darwin)
            var actions: FileActions = nil
            var attributes: Attributes = nil
        #else
            var actions = FileActions()
            var attributes = Attributes()
        #endif
        posix_spawn_file_actions_init(&actions)
        posix_spawnattr_init(&attributes)
        defer {
            posix_spawn_file_actions_destroy(&actions)
            posix_spawnattr_destroy(&attributes)
        }
        for (source, target) in [(input, Int32(0)), (output, 1), (output, 2)] {
            posix_spawn_file_actions_adddup2(&actions, source.number, target)
        }
        resetSignals(&attributes)

        var argv: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) } + [nil]
        var envp: [UnsafeMutablePointer<CChar>?] = environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { (argv + envp).forEach { free($0) } }
        var child: pid_t = 0
        let problem = withExtendedLifetime((input, output)) {
            posix_spawnp(&child, arguments[0], &actions, &attributes, &argv, &envp)
        }
        guard problem == 0 else {
            throw .spawnFailed(program: arguments[0], reason: String(cString: strerror(problem)))
        }
        return child
    }

    /// A service ignores or blocks signals that a child must hear.
    private static func resetSignals(_ attributes: inout Attributes) {
        var none = sigset_t()
        var all = sigset_t()
        sigemptyset(&none)
        sigfillset(&all)
        sigdelset(&all, SIGKILL)
        sigdelset(&all, SIGSTOP)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setsigdefault(&attributes, &all)
        posix_spawnattr_setpgroup(&attributes, 0)
        var flags = Int32(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF)
        #if canImport(Darwin)
            flags |= POSIX_SPAWN_CLOEXEC_DEFAULT
        #endif
        posix_spawnattr_setflags(&attributes, Int16(truncatingIfNeeded: flags))
    }
}
