/// How long a client may take before its connection is closed.
public struct ConnectionDeadlines: Sendable, Equatable {
    /// For a request's head, from the connection or from the head's first byte.
    public var head: Duration
    /// For a whole request, from its first byte.
    public var request: Duration
    /// For taking a response off the socket.
    public var response: Duration
    /// For a connection kept alive between two requests.
    public var idle: Duration
    /// The same while the service ends: a client that asks again and again gets one more answer, which tells it to leave,
    /// and is not cut off in the middle of sending.
    public var idleAtEnd: Duration

    public init(
        head: Duration, request: Duration, response: Duration, idle: Duration, idleAtEnd: Duration = .milliseconds(250)
    ) {
        self.head = head
        self.request = request
        self.response = response
        self.idle = idle
        self.idleAtEnd = idleAtEnd
    }

    /// Those of the HTTP contract.
    public static let standard = ConnectionDeadlines(
        head: .seconds(10), request: .seconds(15), response: .seconds(15), idle: .seconds(60))
}
