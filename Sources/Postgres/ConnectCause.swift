/// Why no connection came about, by what was observed and not by words.
public enum ConnectCause: Hashable, Sendable {
    /// The server refused it and said why.
    case refused(SQLState)
    /// The name of the server leads to no address.
    case name
    /// Nobody takes connections at the address, or it can't be reached.
    case unreachable
    /// It ended while TLS was being agreed on.
    case tls
    /// The server asks for a password, and there is none.
    case noPassword
    /// The server isn't of the role that is asked for, or takes no writes where that is what is wanted.
    case role
    /// The server took the connection, then hung up.
    case lost
    /// Statements are answered, but no notification arrives.
    case noNotifications
    /// This process or its machine lacks what a connection takes.
    case ownSystem
    case unknown

    /// Of several servers or addresses: what one of them has said tells more than that another isn't there.
    static func ofAll(_ causes: [ConnectCause]) -> ConnectCause {
        causes.first { if case .refused = $0 { true } else { false } } ?? causes.last ?? .unknown
    }
}
