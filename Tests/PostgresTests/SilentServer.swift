import Foundation

/// Takes connections on a loopback address and never says a word.
final class SilentServer: Sendable {
    struct Failure: Error {}

    let socketDescriptor: Int32
    let port: UInt16

    /// At a port that is free, unless one is given.
    init(_ host: String = "127.0.0.1", port: UInt16 = 0) throws {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = inet_addr(host)
        address.sin_port = port.bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let status = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                bind(descriptor, address, size) | listen(descriptor, 16) | getsockname(descriptor, address, &size)
            }
        }
        guard status == 0 else {
            close(descriptor)
            throw Failure()
        }
        socketDescriptor = descriptor
        self.port = UInt16(bigEndian: address.sin_port)
    }

    deinit { close(socketDescriptor) }

    var conninfo: String { "host=127.0.0.1 port=\(port) dbname=x user=x sslmode=disable gssencmode=disable" }
}
