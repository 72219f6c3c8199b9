#if canImport(Darwin)
    internal import Darwin
#else
    internal import Glibc
#endif

/// The addresses of a host, from the system's resolver, asked as libpq asks it.
enum HostAddresses {
    /// Addresses in digits, in the resolver's order. Blocks, for as long as the name's servers make it.
    static func lookUp(_ name: String) throws(PostgresError) -> [String] {
        var hints = addrinfo()
        hints.ai_family = AF_UNSPEC
        #if canImport(Darwin)
            hints.ai_socktype = SOCK_STREAM
        #else
            hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        #endif
        var first: UnsafeMutablePointer<addrinfo>?
        let status = getaddrinfo(name, nil, &hints, &first)
        guard status == 0 else {
            // In libpq's words, but without asking a second time: where no name server answers, that takes as long again.
            let cause = String(cString: gai_strerror(status))
            throw .connect(reason: "could not translate host name \"\(name)\" to address: \(cause)", cause: .name)
        }
        defer { freeaddrinfo(first) }
        return sequence(first: first, next: { $0?.pointee.ai_next }).prefix { $0 != nil }
            .compactMap { $0.flatMap { digits($0.pointee) } }
    }

    private static func digits(_ found: addrinfo) -> String? {
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(NI_MAXHOST)) { buffer in
            let status = getnameinfo(
                found.ai_addr, found.ai_addrlen, buffer.baseAddress, socklen_t(NI_MAXHOST), nil, 0, NI_NUMERICHOST)
            return status == 0 ? buffer.baseAddress.map { String(cString: $0) } : nil
        }
    }
}
