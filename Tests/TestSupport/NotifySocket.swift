#if os(Linux)
    import Foundation
    import Glibc
    import Synchronization

    /// The socket over which a service manager hears of its services (sd_notify(3)).
    ///
    /// It is read from the start, on a thread of its own: what a service tells without waiting is lost when the system keeps ten datagrams
    /// (`net.unix.max_dgram_qlen`) that nobody has read.
    public final class NotifySocket: Sendable {
        /// As it stands in `NOTIFY_SOCKET`.
        public let name: String
        private let reader: Reader

        /// - Parameter name: A path, or an `@` and a name without one.
        public init?(named name: String) {
            self.name = name
            let descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
            let reader = Reader(descriptor)
            self.reader = reader
            var address = sockaddr_un()
            address.sun_family = sa_family_t(AF_UNIX)
            var bytes = Array(name.utf8)
            if name.hasPrefix("@") { bytes[0] = 0 }
            guard bytes.count < MemoryLayout.size(ofValue: address.sun_path) else { return nil }
            withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
            let length = (MemoryLayout<sockaddr_un>.offset(of: \.sun_path) ?? 0) + bytes.count
            let isBound = withUnsafePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                    bind(descriptor, generic, socklen_t(length)) == 0
                }
            }
            guard isBound else { return nil }
            Thread.detachNewThread { reader.read() }
        }

        deinit {
            reader.end()
            if name.hasPrefix("/") { unlink(name) }
        }

        /// The datagrams that have come since the last call.
        public func receive() -> [String] { reader.take() }
    }

    /// Keeps the datagrams of a socket, which is closed when neither its owner nor the thread needs it any more.
    private final class Reader: Sendable {
        private let descriptor: Int32
        private let kept = Mutex<[String]>([])

        init(_ descriptor: Int32) {
            self.descriptor = descriptor
        }

        deinit {
            close(descriptor)
        }

        /// Returns after `end()`.
        func read() {
            var buffer = [UInt8](repeating: 0, count: 4096)
            while true {
                let count = recv(descriptor, &buffer, buffer.count, 0)
                if count < 0, errno == EINTR { continue }
                guard count > 0 else { return }
                let datagram = String(decoding: buffer[..<count], as: UTF8.self)
                kept.withLock { $0.append(datagram) }
            }
        }

        func end() {
            shutdown(descriptor, Int32(SHUT_RD))
        }

        func take() -> [String] {
            kept.withLock { kept in
                defer { kept = [] }
                return kept
            }
        }
    }
#endif
