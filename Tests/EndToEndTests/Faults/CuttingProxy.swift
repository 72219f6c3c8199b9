#if os(Linux)
    import Foundation
    import Synchronization

    /// Stands between the service and its database, on a loopback port, and cuts connections at the worst moment: the
    /// server has answered a refresh, so it is committed, and nothing of the answer is passed back.
    final class CuttingProxy: Sendable {
        let port: Int
        private let listener: Int32
        private let server: String
        private let state = Mutex(State())

        private struct State {
            /// Of how many refreshes one is cut; nil for none.
            var oneIn: Int?
            var cuts = 0
            var isClosed = false
        }

        struct NoListener: Error {}

        /// - Parameter server: The path of the server's Unix socket.
        init(to server: String) throws {
            self.server = server
            listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
            var length = socklen_t(MemoryLayout<sockaddr_in>.size)
            let isListening = withUnsafeMutablePointer(to: &address) { [listener] pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                    bind(listener, generic, length) == 0 && listen(listener, 128) == 0
                        && getsockname(listener, generic, &length) == 0
                }
            }
            port = Int(UInt16(bigEndian: address.sin_port))
            guard isListening else { throw NoListener() }
            Thread.detachNewThread { [self] in accept() }
        }

        var cuts: Int { state.withLock { $0.cuts } }

        func cut(oneIn: Int?) { state.withLock { $0.oneIn = oneIn } }

        /// Takes no connections any more; those that are open live on until either side ends them.
        func close() {
            state.withLock { $0.isClosed = true }
            shutdown(listener, Int32(SHUT_RDWR))
        }

        private func accept() {
            while true {
                let client = Glibc.accept(listener, nil, nil)
                guard client >= 0, !state.withLock({ $0.isClosed }) else { break }
                Thread.detachNewThread { [self] in
                    guard let server = SocketPair.connected(to: server) else {
                        Glibc.close(client)
                        return
                    }
                    SocketPair(client: client, server: server).relay { isTimeToCut() }
                }
            }
            Glibc.close(listener)
        }

        private func isTimeToCut() -> Bool {
            state.withLock { state in
                guard let oneIn = state.oneIn, Int.random(in: 0..<oneIn) == 0 else { return false }
                state.cuts += 1
                return true
            }
        }
    }
#endif
