#if os(Linux)
    import Glibc

    /// One connection of `SlowClients`.
    struct SlowClient {
        /// POLLRDHUP, which Glibc's module leaves out: the other side has closed, whether or not anything is left to read.
        private static let hangUp: Int16 = 0x2000

        let manner: SlowClients.Manner
        /// From when the deadline counts: of a head from the connection, of a body from the first byte (sent at once), of an
        /// answer from the last time that the socket took a part of one. The service may have accepted the connection as soon as it
        /// was asked for, before this side had it.
        private var countsFrom: ClosedRange<ContinuousClock.Instant>
        private(set) var isClosed = false
        private let descriptor: Int32
        private let localPort: Int
        private let path: String
        private var queued = 0

        /// Nil when the service can't be reached.
        init?(_ manner: SlowClients.Manner, port: Int, path: String) {
            self.manner = manner
            self.path = path
            descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
            // What the client's system takes for it counts as read.
            var least: Int32 = 1
            setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &least, socklen_t(MemoryLayout<Int32>.size))
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_port = UInt16(port).bigEndian
            address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
            var length = socklen_t(MemoryLayout<sockaddr_in>.size)
            let asked = ContinuousClock.now
            let isConnected = withUnsafeMutablePointer(to: &address) { [descriptor] pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                    connect(descriptor, generic, length) == 0 && getsockname(descriptor, generic, &length) == 0
                }
            }
            countsFrom = asked...ContinuousClock.now
            localPort = Int(UInt16(bigEndian: address.sin_port))
            guard isConnected, fcntl(descriptor, F_SETFL, O_NONBLOCK) == 0 else {
                close(descriptor)
                return nil
            }
            send(beginning)
        }

        /// What to ask `poll` for.
        var watched: pollfd {
            let writing = manner == .neverReads ? Int16(POLLOUT) : 0
            return pollfd(fd: descriptor, events: Self.hangUp | writing, revents: 0)
        }

        mutating func act(on events: Int16, isTimeForByte: Bool) {
            if events & (Self.hangUp | Int16(POLLHUP | POLLERR)) != 0 {
                end()
            } else if manner == .neverReads {
                if events & Int16(POLLOUT) != 0 { send(beginning) }
            } else if isTimeForByte {
                send("x")
            }
        }

        mutating func look(at queues: SendQueues) {
            guard manner == .neverReads, let now = queues[localPort] else { return }
            // It shrinks, too, when the system of a client that doesn't read is asked whether it would.
            if now > queued {
                let instant = ContinuousClock.now
                countsFrom = instant...instant
            }
            queued = now
        }

        func ending(at instant: ContinuousClock.Instant) -> SlowClients.Ending {
            let least = countsFrom.upperBound.duration(to: instant)
            let most = countsFrom.lowerBound.duration(to: instant)
            return SlowClients.Ending(manner: manner, lasted: least...most)
        }

        private var beginning: String {
            switch manner {
            case .dripsHead: "POST \(path)/v1/login HTTP/1.1\r\nHost: x\r\nX-Slow: "
            case .dripsBody:
                "POST \(path)/v1/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
                    + "Content-Length: 10000\r\n\r\n{\"email\":\""
            case .neverReads:
                String(repeating: "GET \(path)/.well-known/jwks.json HTTP/1.1\r\nHost: x\r\n\r\n", count: 32)
            }
        }

        private mutating func send(_ text: String) {
            var text = text
            let sent = text.withUTF8 { Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            if sent < 0, errno != EAGAIN { end() }
        }

        private mutating func end() {
            guard !isClosed else { return }
            isClosed = true
            close(descriptor)
        }
    }
#endif
