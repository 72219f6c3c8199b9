/// Notifications from channels, on a connection of its own that is opened anew whenever it is lost.
///
/// ```swift
/// for await event in Listener(conninfo, channels: ["keys"]) { … }
/// ```
/// Each ``ListenerEvent/listening(onAnotherServer:)`` says that notifications arrive from here on, which has been tried, and
/// that earlier ones may have been missed. Through a pooler in transaction mode none arrive, so there it is never said. A server that
/// takes no writes, as one that has been replaced, counts as one that is away. The sequence ends when its task is
/// cancelled. A consumer that lingers leaves notifications at the server, which keeps them for it.
public struct Listener: AsyncSequence, Sendable {
    public typealias Element = ListenerEvent
    public typealias Failure = Never

    let conninfo: String
    let channels: [String]
    let applicationName: ApplicationName?
    let backoff: Backoff
    /// How often a silent server is asked whether it is still there and takes writes.
    let probeInterval: Duration
    /// How long it may take to answer.
    let answerDeadline: Duration
    /// How long a notification from another connection may take to arrive.
    let deliveryDeadline: Duration
    /// How long to wait at least after an attempt that stayed connected and received nothing.
    let deafRest: Duration

    public init(
        _ conninfo: String, channels: [String], applicationName: ApplicationName? = nil, backoff: Backoff = Backoff(),
        probeInterval: Duration = .seconds(2), answerDeadline: Duration = .seconds(2),
        deliveryDeadline: Duration = .seconds(2), deafRest: Duration = .seconds(30)
    ) {
        self.conninfo = conninfo
        self.channels = channels
        self.applicationName = applicationName
        self.backoff = backoff
        self.probeInterval = probeInterval
        self.answerDeadline = answerDeadline
        self.deliveryDeadline = deliveryDeadline
        self.deafRest = deafRest
    }

    public func makeAsyncIterator() -> Iterator { Iterator(listener: self) }

    public struct Iterator: AsyncIteratorProtocol {
        private enum State {
            case disconnected
            case listening(Connection)
        }

        private let listener: Listener
        private var state = State.disconnected
        /// The one listened to last, as ``Connection/expectWrites(within:)`` tells it.
        private var server: String?
        private var failures = 0
        /// The last attempt stayed connected, and no notification came: a pooler, which is not going to change by itself.
        private var isDeaf = false
        private var pending: ArraySlice<ListenerEvent> = []

        fileprivate init(listener: Listener) { self.listener = listener }

        /// Nil once the task is cancelled.
        public mutating func next() async -> ListenerEvent? {
            while true {
                if let event = pending.popFirst() { return event }
                do throws(PostgresError) {
                    switch state {
                    case .disconnected:
                        let (connection, server) = try await listener.connect(
                            afterFailures: failures, isDeaf: &isDeaf)
                        let isAnother = self.server.map { $0 != server } ?? (failures > 0)
                        state = .listening(connection)
                        self.server = server
                        failures = 0
                        return .listening(onAnotherServer: isAnother)
                    case .listening(let connection):
                        pending = ArraySlice(
                            try await connection.notifications(
                                probeInterval: listener.probeInterval, answerDeadline: listener.answerDeadline))
                    }
                } catch {
                    if case .listening(let connection) = state { await connection.close() }
                    state = .disconnected
                    if Task.isCancelled { return nil }
                    failures += 1
                    return .disconnected(error)
                }
            }
        }
    }

    private func connect(
        afterFailures failures: Int, isDeaf: inout Bool
    ) async throws(PostgresError) -> (Connection, server: String) {
        let wait = Swift.max(
            backoff.wait(afterFailures: failures, jitter: .random(in: 0...1)), isDeaf ? deafRest : .zero)
        do { try await Task.sleep(for: wait) } catch { throw .cancelled }
        isDeaf = false
        let connection = try await Connection.open(conninfo, applicationName: applicationName)
        let server = try await connection.expectWrites(within: answerDeadline)
        let trial = "listener_" + String(UInt64.random(in: .min ... .max), radix: 36)
        for channel in channels + [trial] { try await connection.listen(to: channel) }
        try await send(to: trial)
        do throws(PostgresError) {
            try await connection.awaitNotification(of: trial, within: deliveryDeadline)
        } catch {
            // A notification that was lost with its connection says nothing of the next one.
            isDeaf = connection.isOpen
            throw error
        }
        return (connection, server)
    }

    /// Notifies from another connection: a pooler in transaction mode hands the answer to one's own NOTIFY over
    /// together with the notification, and drops every other one.
    private func send(to channel: String) async throws(PostgresError) {
        let sender = try await Connection.open(conninfo, applicationName: applicationName)
        try await sender.notify(channel)
        await sender.close()
    }
}

public enum ListenerEvent: Hashable, Sendable {
    /// Connected, for the first time or again: something may have been missed before. The server is another one where it isn't known
    /// to be the same as the last time and to have run since; the first is none, unless it wasn't reached at once.
    case listening(onAnotherServer: Bool)
    case notification(channel: String, payload: String)
    /// The connection was lost, or another attempt failed to connect or to receive a notification; the next one
    /// follows by itself.
    case disconnected(PostgresError)
}
