extension Connection {
    func listen(to channel: String) async throws(PostgresError) {
        guard !channel.utf8.contains(0) else {
            throw .encoding(EncodingFault(parameter: 1, reason: "a channel name with a NUL character"))
        }
        let quoted = channel.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"")
        try await script("listen \"\(quoted)\"", deadline: Self.defaultDeadline)
    }

    /// Waits for notifications. Whenever `probeInterval` has passed without any, the server must answer an empty
    /// pipeline within that interval, else the connection counts as lost.
    nonisolated(nonsending) func notifications(
        probeInterval: Duration
    ) async throws(PostgresError) -> [ListenerEvent] {
        try await interruptible { cancellation async throws(PostgresError) in
            try await awaitNotifications(probeInterval: probeInterval, cancellation: cancellation)
        }
    }

    private func awaitNotifications(
        probeInterval: Duration, cancellation: Signal
    ) throws(PostgresError) -> [ListenerEvent] {
        while true {
            let arrived = try arrivedNotifications()
            if !arrived.isEmpty { return arrived }
            if cancellation.isRaised { throw .cancelled }
            try awaitInput(probingAfter: probeInterval)
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

    /// Waits until the server has sent something, and asks whether it is still there when it hasn't for so long.
    private func awaitInput(probingAfter interval: Duration) throws(PostgresError) {
        guard let libpq else { throw .closed }
        let ready = waitForSocket(libpq.socket, for: .read, interrupt: wake, until: .now + interval)
        if ready.contains(.woken) { wake.drain() }
        if ready.isEmpty { return try probe(within: interval) }
        guard ready.contains(.readable), !libpq.consumeInput() else { return }
        self.libpq = nil
        throw .connectionLost(reason: libpq.errorMessage, outcomeUnknown: false)
    }

    func probe(within limit: Duration) throws(PostgresError) {
        _ = try answer([], until: .now + limit, cancellation: nil, overrun: .giveUp)
    }
}
