internal import Synchronization

/// One attempt to connect, driven without blocking so that it ends at its deadline and with its task.
struct Connecting {
    private let conninfo: String
    private let applicationName: ApplicationName?
    private let wake: WakePipe
    private let cancellation: Signal
    private let resolve: HostList.Resolver

    init(
        _ conninfo: String, applicationName: ApplicationName?, wake: WakePipe, cancellation: Signal,
        resolve: @escaping HostList.Resolver = HostAddresses.lookUp
    ) {
        self.conninfo = conninfo
        self.applicationName = applicationName
        self.wake = wake
        self.cancellation = cancellation
        self.resolve = resolve
    }

    /// Connected and ready for statements. Each server of several may take its share of the time that is left, and each
    /// address of a server's name its share of that. A name is looked up when its turn comes: one whose name servers are
    /// away keeps nobody from the servers before it. As by libpq, a server that refuses ends the search at its name: the next
    /// address may be the same server, which counts what it refuses, or a replica, unless servers are asked for their role.
    ///
    /// - Parameter deadline: Is put off by what look-ups take. Nothing ends one before its time, and where the first name
    ///   server is dead each takes five seconds: nothing would be left to connect in.
    func libpq(until deadline: inout ContinuousClock.Instant) throws(PostgresError) -> LibPQ {
        let hosts = HostList(conninfo)
        return try first(of: hosts.attempts, until: { deadline }) { server, share throws(PostgresError) in
            let found = try addresses(of: server, in: hosts, puttingOff: &deadline)
            let limit = ContinuousClock.now + share
            var isRefused = false
            return try first(of: found, until: { limit }, isOver: { isRefused && !hosts.asksForRole }) {
                address, share throws(PostgresError) in
                let most = hosts.connectTimeout.map { min(share, $0) } ?? share
                return try libpq(of: address, until: .now + most, isRefused: &isRefused)
            }
        }
    }

    private func addresses(
        of server: HostList.Parameters, in hosts: HostList, puttingOff deadline: inout ContinuousClock.Instant
    ) throws(PostgresError) -> [HostList.Parameters] {
        let begun = ContinuousClock.now
        defer { deadline += ContinuousClock.now - begun }
        return try hosts.addresses(of: server) { name throws(PostgresError) in try lookUp(name) }
    }

    /// On a thread of its own, which is left to end by itself when the task is cancelled: nothing ends a look-up.
    private func lookUp(_ name: String) throws(PostgresError) -> [String] {
        let outcome = Mutex<Result<[String], PostgresError>?>(nil)
        let (resolve, wake) = (resolve, wake)
        let isUnderWay = startThread {
            let found = Result { () throws(PostgresError) -> [String] in try resolve(name) }
            outcome.withLock { $0 = found }
            wake.wake()
        }
        guard isUnderWay else { throw .connect(reason: "the system refused a new thread", cause: .ownSystem) }
        let noSocket: Int32 = -1
        while true {
            if cancellation.isRaised { throw .cancelled }
            if let found = outcome.withLock({ $0 }) { return try found.get() }
            _ = waitForSocket(noSocket, for: .read, interrupt: wake, until: ContinuousClock.now + .seconds(3600))
            wake.drain()
        }
    }

    private func first(
        of attempts: [HostList.Parameters], until deadline: () -> ContinuousClock.Instant,
        isOver: () -> Bool = { false },
        _ connect: (_ attempt: HostList.Parameters, _ share: Duration) throws(PostgresError) -> LibPQ
    ) throws(PostgresError) -> LibPQ {
        var failures: [PostgresError] = []
        for (index, attempt) in attempts.enumerated() {
            // An attempt that fails before it has waited, as in a look-up of libpq's own, has heard of nothing.
            if cancellation.isRaised { throw .cancelled }
            let share = (deadline() - .now) / (attempts.count - index)
            do throws(PostgresError) {
                return try connect(attempt, share)
            } catch {
                if error == .cancelled { throw error }
                failures.append(error)
                if isOver() { break }
            }
        }
        throw Self.summary(of: failures)
    }

    private static func summary(of failures: [PostgresError]) -> PostgresError {
        let told = failures.compactMap { failure -> (String, ConnectCause)? in
            if case .connect(let reason, let cause) = failure { (reason, cause) } else { nil }
        }
        guard !told.isEmpty else { return .timeout(.connecting) }
        return .connect(reason: told.map { $0.0 }.joined(separator: "; "), cause: .ofAll(told.map { $0.1 }))
    }

    private func libpq(
        of server: HostList.Parameters, until deadline: ContinuousClock.Instant, isRefused: inout Bool
    ) throws(PostgresError) -> LibPQ {
        guard let libpq = LibPQ(parameters: parameters + server) else {
            throw .connect(reason: "out of memory", cause: .ownSystem)
        }
        // libpq's manual: before the first PQconnectPoll, wait as if it had asked to write.
        var interest = SocketInterest.write
        if libpq.isStillborn { throw failure(of: libpq, at: server) }
        while true {
            try wait(for: interest, on: libpq, until: deadline)
            switch libpq.connectStep() {
            case .wantsRead: interest = .read
            case .wantsWrite: interest = .write
            case .failed:
                isRefused = libpq.isAccepted
                throw failure(of: libpq, at: server)
            case .done:
                guard libpq.prepareForStatements() else { throw failure(of: libpq, at: server) }
                return libpq
            }
        }
    }

    /// In libpq's words, with the name beside the address: libpq writes both only where it has looked the name up itself.
    private func failure(of libpq: LibPQ, at server: HostList.Parameters) -> PostgresError {
        let report = ConnectReport(libpq.errorMessage)
        let cause = report.state.map { ConnectCause.refused($0) } ?? libpq.connectCause
        let values = Dictionary(server.map { ($0.keyword, $0.value) }, uniquingKeysWith: { $1 })
        guard let name = values["host"], let address = values["hostaddr"], name != address else {
            return .connect(reason: report.reason, cause: cause)
        }
        return .connect(
            reason: report.reason.replacing(
                "connection to server at \"\(address)\",", with: "connection to server at \"\(name)\" (\(address)),"),
            cause: cause)
    }

    func wait(
        for interest: SocketInterest, on libpq: LibPQ, until deadline: ContinuousClock.Instant
    ) throws(PostgresError) {
        while true {
            let ready = waitForSocket(libpq.socket, for: interest, interrupt: wake, until: deadline)
            if ready.contains(.woken) { wake.drain() }
            if cancellation.isRaised { throw .cancelled }
            if ready.isEmpty { throw .timeout(.connecting) }
            // A look-up that has been answered may wake late: libpq is to be asked only once its socket is ready.
            if ready != .woken { return }
        }
    }

    /// What stands before `dbname` is a default that the connection string may change; what stands after, isn't.
    private var parameters: [(keyword: String, value: String)] {
        let name = applicationName ?? "Postgres for Swift"
        let fixed = name.isFixed ? [("application_name", name.text)] : []
        return [
            ("keepalives_idle", "30"), ("keepalives_interval", "10"), ("keepalives_count", "3"),
            ("tcp_user_timeout", "30000"), ("fallback_application_name", name.text),
            ("dbname", conninfo), ("client_encoding", "UTF8"),
        ] + fixed
    }
}
