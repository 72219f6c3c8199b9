#if os(Linux)
    import Glibc

    /// What a server's sockets hold that its clients haven't taken, by the client's port: from /proc/net/tcp, whose lines have
    /// all the same length.
    public struct SendQueues: Sendable {
        private var bytes: [Int: Int] = [:]

        public init(ofPort server: Int) {
            Self.table().withUnsafeBytes { table in
                guard let length = table.firstIndex(of: UInt8(ascii: "\n")).map({ $0 + 1 }) else { return }
                for line in stride(from: length, to: table.count - length + 1, by: length) {
                    func number(_ columns: Range<Int>) -> Int? {
                        let text = table[line + columns.lowerBound..<line + columns.upperBound]
                        return Int(String(decoding: text, as: UTF8.self), radix: 16)
                    }
                    let established = 1
                    guard number(15..<19) == server, number(34..<36) == established else { continue }
                    if let client = number(29..<33), let queued = number(37..<45) { bytes[client] = queued }
                }
            }
        }

        /// Read to its end: its size is told to be nothing, which other ways of reading a file believe.
        private static func table() -> [UInt8] {
            let descriptor = open("/proc/net/tcp", O_RDONLY)
            defer { close(descriptor) }
            var table: [UInt8] = []
            var page = [UInt8](repeating: 0, count: 1 << 16)
            while case let count = read(descriptor, &page, page.count), count > 0 {
                table += page[..<count]
            }
            return table
        }

        subscript(client: Int) -> Int? { bytes[client] }

        /// How many clients are connected.
        public var count: Int { bytes.count }
    }
#endif
