#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// A PostgreSQL of our own: made when missing, reached over a Unix socket in a folder that only its user (and root) can
/// enter, and ended with us, whatever ends us.
public actor PostgresCluster {
    /// How `stop` ends the server.
    public enum StopMode: Sendable {
        /// Disconnects clients and writes a checkpoint.
        case fast
        /// Ends at once; the next start recovers from the log.
        case immediate
    }

    /// The folder in use: the one asked for, unless root asked for one that the server's user can't reach; then a
    /// folder below `/var/lib/gatehouse-dev`, whose name is kept in the one asked for.
    public nonisolated let directory: String
    /// The folder of the Unix socket; a short temporary one when `directory` is too long for a socket address.
    public nonisolated let socketDirectory: String
    public nonisolated let port: Int

    private let folders: ClusterFolders
    private let binaries: PostgresBinaries
    private let user: Result<ServerUser, ClusterError>
    private let listensOnLoopback: Bool
    private let isThrowaway: Bool
    private let settings: [String: String]
    private var running: Running?

    private struct Running {
        let lock: FolderLock
        let orders: Descriptor
        let supervisor: ChildProcess
    }

    /// Nothing is touched before `start()`.
    ///
    /// - Parameters:
    ///   - port: Listens on 127.0.0.1 at this port too; logins there need a password (SCRAM).
    ///   - settings: Server settings (`fsync`, `max_connections`, …) in addition to the defaults.
    ///   - isThrowaway: The folder is removed by `discard()` and when this process ends.
    public init(
        directory: String, binaries: PostgresBinaries, port: Int? = nil, settings: [String: String] = [:],
        isThrowaway: Bool = false
    ) {
        user = Result(catching: ServerUser.current)
        let fallback = ServerUser(name: "", id: geteuid(), group: getegid(), isOther: false)
        folders = ClusterFolders(
            wanted: directory, user: (try? user.get()) ?? fallback,
            temporaryDirectory: Self.temporaryDirectory)
        self.directory = folders.root
        socketDirectory = folders.sockets
        self.port = port ?? 5432
        listensOnLoopback = port != nil
        self.binaries = binaries
        self.settings = settings
        self.isThrowaway = isThrowaway
    }

    /// A folder for short-lived files whose path leaves room for a socket's name.
    public static var temporaryDirectory: String {
        let wanted = ClusterFolders.absolute(ProcessInfo.processInfo.environment["TMPDIR"] ?? "/tmp")
        let reachable = (try? ServerUser.current().canReach(wanted)) ?? true
        return wanted.utf8.count <= 60 && reachable ? wanted : "/tmp"
    }

    /// The server's log, which starts anew with each start.
    public nonisolated var logFile: String { folders.log }

    /// A libpq URL for the superuser.
    public nonisolated func superuserURL(database: String = "postgres") -> String {
        url(user: "postgres", database: database)
    }

    /// A libpq URL over the socket, where every role is trusted.
    public nonisolated func url(user: String, database: String) -> String {
        let unreserved = Set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~".utf8)
        func encoded(_ text: String) -> String {
            text.utf8.map { byte in
                guard !unreserved.contains(byte) else { return String(UnicodeScalar(byte)) }
                let digits = String(byte, radix: 16, uppercase: true)
                return "%" + (byte < 16 ? "0" : "") + digits
            }.joined()
        }
        return "postgresql://\(encoded(user))@/\(encoded(database))?host=\(encoded(socketDirectory))&port=\(port)"
    }

    /// Makes the cluster when it is missing, and returns when the server takes connections.
    ///
    /// - Throws: `ClusterError`: `alreadyRunning` while another process uses the folder; or `CancellationError`.
    public func start() async throws {
        guard running == nil else { throw ClusterError.startedTwice }
        let user = try user.get()
        try folders.make(for: user)
        let lock = try FolderLock(folders)
        try await settleEarlierServer(of: user)
        folders.removeUnfinishedData()
        try await initialize(as: user)

        let log = try Descriptor.open(folders.log, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_NOFOLLOW)
        let orders = try Descriptor.pair()
        let script = ["/bin/sh", "-c", ServerSupervisor.script, "gatehouse-postgres", folders.temporarySockets ?? ""]
        let supervisor = try ChildProcess(
            user.command(script + [isThrowaway ? folders.root : ""] + serverCommand()),
            environment: environment, input: orders.theirs, output: log)
        running = Running(lock: lock, orders: orders.ours, supervisor: supervisor)
        do {
            try await untilReady(supervisor)
        } catch {
            await stop(.immediate)
            throw error
        }
    }

    /// Returns when the server has ended; does nothing when none runs.
    public func stop(_ mode: StopMode = .fast) async {
        guard let running else { return }
        running.orders.send(line: (mode == .fast ? ServerSupervisor.Order.fast : .immediate).rawValue)
        await running.supervisor.waitUntilEnded()
        running.orders.close()
        removeTemporarySockets()
        self.running = nil
    }

    /// The server's user has emptied the folder, but can't remove it from one where only we may write.
    private func removeTemporarySockets() {
        guard let sockets = folders.temporarySockets else { return }
        try? FileManager.default.removeItem(atPath: sockets)
    }

    /// Ends a throw-away cluster and removes its folder; ends any other.
    public func discard() async {
        if let running {
            running.orders.close()
            await running.supervisor.waitUntilEnded()
            removeTemporarySockets()
            self.running = nil
        }
        if isThrowaway {
            try? FileManager.default.removeItem(atPath: directory)
        }
    }

    /// Returns when the server has ended, by itself or by `stop`; at once when none runs.
    public func waitUntilEnded() async {
        await running?.supervisor.waitUntilEnded()
    }

    public func restart() async throws {
        await stop(.fast)
        try await start()
    }

    /// The server goes away like after a power cut; `start()` brings it back.
    public func crash() async {
        await stop(.immediate)
    }

    private var environment: [String: String] {
        ["PATH": "\(binaries.directory):/usr/bin:/bin:/usr/sbin:/sbin", "LC_ALL": "C", "TZ": "UTC", "HOME": "/"]
    }

    private func serverCommand() -> [String] {
        var all = [
            "listen_addresses": listensOnLoopback ? "127.0.0.1" : "",
            "port": String(port),
            "unix_socket_directories": "\"\(folders.sockets)\"",
        ]
        all.merge(settings) { $1 }
        return [binaries.path(of: "postgres"), "-D", folders.data]
            + all.sorted { $0.key < $1.key }.flatMap { ["-c", "\($0.key)=\($0.value)"] }
    }

    /// Holding the lock, a server that still runs is one whose owner was killed and which is about to end.
    private func settleEarlierServer(of user: ServerUser) async throws {
        let deadline = ContinuousClock.now + .seconds(30)
        while let earlier = PostmasterFile(path: folders.postmasterFile) {
            guard earlier.mayBeRunning(in: folders.data, as: user) else {
                unlink(folders.postmasterFile)
                return
            }
            guard ContinuousClock.now < deadline else {
                throw ClusterError.alreadyRunning(directory: directory, process: earlier.process)
            }
            // The process is not our child, so the kernel tells us nothing of its end.
            try await Task.sleep(for: .milliseconds(50))
        }
    }

    private func initialize(as user: ServerUser) async throws(ClusterError) {
        guard access("\(folders.data)/PG_VERSION", F_OK) != 0 else { return }
        let unfinished = folders.newUnfinishedData()
        let command = [
            binaries.path(of: "initdb"), "-D", unfinished, "-U", "postgres", "-E", "UTF8",
            "--locale=\(Self.locale)", "--auth-local=trust", "--auth-host=scram-sha-256",
        ]
        let synchronization = settings["fsync"] == "off" ? ["--no-sync"] : []
        let result = try await ChildProcess.run(
            user.command(["/bin/sh", "-c", "cd / && exec \"$@\"", "initdb"] + command + synchronization),
            environment: environment)
        guard result.status == 0, rename(unfinished, folders.data) == 0 else {
            throw .initializationFailed(directory: directory, output: result.output)
        }
    }

    /// Code point order with UTF-8 character classes, where the system has it.
    private static var locale: String {
        guard let known = newlocale(LC_CTYPE_MASK, "C.UTF-8", nil) else { return "C" }
        freelocale(known)
        return "C.UTF-8"
    }

    private func untilReady(_ supervisor: ChildProcess) async throws {
        let deadline = ContinuousClock.now + .seconds(120)
        while PostmasterFile(path: folders.postmasterFile)?.isReady != true {
            guard ContinuousClock.now < deadline, !supervisor.hasEnded else {
                throw ClusterError.startFailed(directory: directory, log: folders.endOfLog())
            }
            // The server announces that it is ready in this file and nowhere else; pg_ctl polls it too.
            try await Task.sleep(for: .milliseconds(10))
        }
    }
}

extension ClusterFolders {
    func endOfLog() -> String {
        let bytes = FileManager.default.contents(atPath: log) ?? Data()
        return String(decoding: bytes, as: UTF8.self).split(separator: "\n").suffix(10).joined(separator: "\n")
    }
}
