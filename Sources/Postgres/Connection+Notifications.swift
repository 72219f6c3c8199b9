extension Connection {
    func listen(to channel: String) async throws(PostgresError) {
        try await script("listen \(try Self.quoted(channel))", deadline: Self.defaultDeadline)
    }

    func notify(_ channel: String) async throws(PostgresError) {
        try await script("notify \(try Self.quoted(channel))", deadline: Self.defaultDeadline)
    }

    private static func quoted(_ channel: String) throws(PostgresError) -> String {
        guard !channel.utf8.contains(0) else {
            throw .encoding(EncodingFault(parameter: 1, reason: "a channel name with a NUL character"))
        }
        let escaped = channel.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"")
        return "\"\(escaped)\""
    }

    /// Waits for a notification of that channel and drops all others that come with it. Sends nothing meanwhile: a
    /// pooler could hand a notification over with the answer.
    nonisolated(nonsending) func awaitNotification(
        of channel: String, within limit: Duration
    ) async throws(PostgresError) {
        try await interruptible { cancellation async throws(PostgresError) in
            try await receive(from: channel, until: .now + limit, cancellation: cancellation)
        }
    }

    private func receive(
        from channel: String, until deadline: ContinuousClock.Instant, cancellation: Signal
    ) throws(PostgresError) {
        while true {
            for case .notification(channel, _) in try arrivedNotifications() { return }
            if cancellation.isRaised { throw .cancelled }
            guard try hasInput(until: deadline) else {
                throw .connect(
                    reason: """
                        LISTEN is accepted but no notification arrives, as behind a pooler in transaction mode; \
                        listening needs a direct connection or a pooler in session mode
                        """, cause: .noNotifications)
            }
        }
    }

    /// Waits for notifications. Whenever `probeInterval` has passed without any, the server must say within `answerDeadline`
    /// that it takes writes, else the connection counts as lost.
    nonisolated(nonsending) func notifications(
        probeInterval: Duration, answerDeadline: Duration
    ) async throws(PostgresError) -> [ListenerEvent] {
        try await interruptible { cancellation async throws(PostgresError) in
            try await awaitNotifications(
                probeInterval: probeInterval, answerDeadline: answerDeadline, cancellation: cancellation)
        }
    }

    private func awaitNotifications(
        probeInterval: Duration, answerDeadline: Duration, cancellation: Signal
    ) throws(PostgresError) -> [ListenerEvent] {
        while true {
            let arrived = try arrivedNotifications()
            if !arrived.isEmpty { return arrived }
            if cancellation.isRaised { throw .cancelled }
            guard try !hasInput(until: .now + probeInterval) else { continue }
            try expectWrites(within: answerDeadline)
            // Notifications may have come with the answer.
            if let libpq, !libpq.readRest(interrupt: wake) { throw loss(of: libpq) }
        }
    }

    private func arrivedNotifications() throws(PostgresError) -> [ListenerEvent] {
        guard let libpq else { throw .closed }
        var events: [ListenerEvent] = []
        while let (channel, payload) = libpq.nextNotification() {
            events.append(.notification(channel: channel, payload: payload))
        }
        return events
    }

    /// Waits until the server has sent something, which is read, or this task is cancelled. False when time is up.
    private func hasInput(until deadline: ContinuousClock.Instant) throws(PostgresError) -> Bool {
        guard let libpq else { throw .closed }
        let ready = waitForSocket(libpq.socket, for: .read, interrupt: wake, until: deadline)
        if ready.contains(.woken) { wake.drain() }
        guard ready.contains(.readable), !libpq.readInput(interrupt: wake) else { return !ready.isEmpty }
        throw loss(of: libpq)
    }

    /// Gives the connection up at once: libpq closes the socket of one that is lost, and a wait for that would only end with its time.
    private func loss(of libpq: LibPQ) -> PostgresError {
        let loss = ConnectionLoss(libpq.errorMessage)
        giveUp(after: loss)
        return .connectionLost(reason: loss.reason, outcomeUnknown: false)
    }

    /// Has the server say that it takes writes, and which one it is. One that takes none any more has nothing to tell, as nothing
    /// changes there; the next connection goes where its name leads by now.
    @discardableResult
    func expectWrites(within limit: Duration) throws(PostgresError) -> String {
        let question = try Command(Self.role, ())
        let trip = try answer([question], until: .now + limit, cancellation: nil, overrun: .giveUp)
        if let failure = trip.failure { throw .server(failure.error) }
        guard let result = trip.result() else { throw .closed }
        guard let role = try Self.role.decode(result).first else { throw .closed }
        guard role.isReadOnly else { return role.server }
        libpq = nil
        throw .connect(reason: "the server takes no writes", cause: .role)
    }

    /// A primary and its standbys have one system identifier, so a server is told by when it started and where it is. Any role may ask
    /// for these; over a Unix socket there is no address.
    private static let role = Statement<Void, (isReadOnly: Bool, server: String)>(
        """
        select current_setting('transaction_read_only') = 'on',
            concat_ws(' ', extract(epoch from pg_postmaster_start_time()), inet_server_addr(), inet_server_port())
        """,
        bind: { _ in () }, row: { (isReadOnly: Bool, server: String) in (isReadOnly: isReadOnly, server: server) })

    func probe(within limit: Duration) throws(PostgresError) {
        _ = try answer([], until: .now + limit, cancellation: nil, overrun: .giveUp)
    }
}
