#if os(Linux)
    import Glibc

    /// The socket over which a service manager hears of its services (sd_notify(3)).
    public final class NotifySocket: Sendable {
        /// As it stands in `NOTIFY_SOCKET`.
        public let name: String
        private let descriptor: Int32

        /// - Parameter name: A path, or an `@` and a name without one.
        public init?(named name: String) {
            self.name = name
            descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
            var address = sockaddr_un()
            address.sun_family = sa_family_t(AF_UNIX)
            var bytes = Array(name.utf8)
            if name.hasPrefix("@") { bytes[0] = 0 }
            guard bytes.count < MemoryLayout.size(ofValue: address.sun_path) else { return nil }
            withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
            let length = (MemoryLayout<sockaddr_un>.offset(of: \.sun_path) ?? 0) + bytes.count
            let isBound = withUnsafePointer(to: &address) { [descriptor] pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                    bind(descriptor, generic, socklen_t(length)) == 0
                }
            }
            guard isBound else { return nil }
        }

        deinit {
            close(descriptor)
            if name.hasPrefix("/") { unlink(name) }
        }

        /// The datagrams that have come since the last call.
        public func receive() -> [String] {
            var datagrams: [String] = []
            var buffer = [UInt8](repeating: 0, count: 4096)
            while true {
                let count = recv(descriptor, &buffer, buffer.count, Int32(MSG_DONTWAIT))
                guard count >= 0 else { return datagrams }
                datagrams.append(String(decoding: buffer[..<count], as: UTF8.self))
            }
        }
    }
#endif
