import Foundation

/// Takes connections, hears the first words and hangs up, as a proxy with no server behind it.
final class HangingUpServer: Sendable {
    private let listener: SilentServer

    init() throws {
        let listener = try SilentServer()
        self.listener = listener
        DispatchQueue(label: "postgres-tests.hanging-up").async {
            // Read, since a close that leaves something unread resets the connection.
            var words = [UInt8](repeating: 0, count: 4096)
            while true {
                let client = accept(listener.socketDescriptor, nil, nil)
                guard client >= 0 else { return }
                _ = read(client, &words, words.count)
                close(client)
            }
        }
    }

    /// Ends the wait for the next connection, and the thread with it, which has the listener closed.
    deinit { shutdown(listener.socketDescriptor, Int32(SHUT_RDWR)) }

    var conninfo: String { "host=127.0.0.1 port=\(listener.port) dbname=x user=x gssencmode=disable" }
}
