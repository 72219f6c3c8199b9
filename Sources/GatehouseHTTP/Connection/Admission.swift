import HummingbirdCore

/// Lets a listener accept no more connections than it may hold, and none once its entrance is closed.
struct Admission: AvailableConnectionsDelegate {
    private var room: MaximumAvailableConnections
    private let entrance: Entrance

    init(_ connections: Int, through entrance: Entrance) {
        room = MaximumAvailableConnections(connections)
        self.entrance = entrance
    }

    mutating func connectionOpened() {
        room.connectionOpened()
        entrance.accepted()
    }

    mutating func connectionClosed() {
        room.connectionClosed()
        entrance.closed()
    }

    func isAcceptingNewConnections() -> Bool { !entrance.isClosed && room.isAcceptingNewConnections() }
}
