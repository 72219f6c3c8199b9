#if os(Linux)
    import Foundation

    /// One connection through a proxy: what either side sends is passed on as it comes, by the thread that runs this.
    struct SocketPair {
        let client: Int32
        let server: Int32

        /// Nil when nobody listens there.
        static func connected(to path: String) -> Int32? {
            let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
            var address = sockaddr_un()
            address.sun_family = sa_family_t(AF_UNIX)
            withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8.prefix($0.count - 1)) }
            let isConnected = withUnsafePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                    connect(descriptor, generic, socklen_t(MemoryLayout<sockaddr_un>.size)) == 0
                }
            }
            guard isConnected else {
                close(descriptor)
                return nil
            }
            return descriptor
        }

        /// Until either side ends, or `cuts`, asked at the end of each refresh, says so: then until the server has
        /// answered it, and the client's connection is reset.
        func relay(cuts: () -> Bool) {
            defer { close(server) }
            var requests = RequestReader()
            while true {
                var sockets = [client, server].map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
                guard poll(&sockets, 2, -1) > 0 else { continue }
                if sockets[0].revents != 0 {
                    guard let bytes = read(client), write(bytes, to: server) else { break }
                    if requests.take(bytes), cuts() { return cut() }
                }
                if sockets[1].revents != 0 {
                    guard let bytes = read(server), write(bytes, to: client) else { break }
                }
            }
            close(client)
        }

        private func cut() {
            var answers = MessageReader(isBegun: true)
            while let bytes = read(server) {
                // ReadyForQuery comes when everything is committed.
                if answers.take(bytes).contains(where: { $0.type == UInt8(ascii: "Z") }) { break }
            }
            var abort = linger(l_onoff: 1, l_linger: 0)
            setsockopt(client, SOL_SOCKET, SO_LINGER, &abort, socklen_t(MemoryLayout<linger>.size))
            close(client)
        }

        /// Nil at the end.
        private func read(_ descriptor: Int32) -> [UInt8]? {
            var buffer = [UInt8](repeating: 0, count: 1 << 16)
            let count = recv(descriptor, &buffer, buffer.count, 0)
            return count > 0 ? Array(buffer[..<count]) : nil
        }

        private func write(_ bytes: [UInt8], to descriptor: Int32) -> Bool {
            var sent = 0
            while sent < bytes.count {
                let count = bytes[sent...].withUnsafeBytes {
                    send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
                }
                guard count > 0 else { return false }
                sent += count
            }
            return true
        }
    }
#endif
