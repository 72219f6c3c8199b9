#if os(Linux)
    import Glibc

    /// A connection over which nothing is sent.
    public struct SilentClient: Sendable {
        private let descriptor: Int32

        /// Doesn't wait until the service has accepted it.
        public init(port: Int) {
            descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue), 0)
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_port = UInt16(port).bigEndian
            address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
            withUnsafePointer(to: &address) { [descriptor] pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                    _ = connect(descriptor, generic, socklen_t(MemoryLayout<sockaddr_in>.size))
                }
            }
        }

        public func leave() {
            close(descriptor)
        }
    }
#endif
