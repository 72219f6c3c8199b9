#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// Tries an address before anything is started, so that a taken port is told at once and in words.
struct ListenProbe {
    private let address: ListenAddress
    /// How to choose another one.
    private let remedy: String

    init(listen address: ListenAddress) {
        self.init(address: address, remedy: "--listen HOST:PORT")
    }

    /// For the operations listener, for which `dev` has no flag.
    init(opsListen address: ListenAddress) {
        self.init(address: address, remedy: "GATEHOUSE_OPS_LISTEN=HOST:PORT")
    }

    private init(address: ListenAddress, remedy: String) {
        self.address = address
        self.remedy = remedy
    }

    /// Throws a `Failure` naming the remedy when nothing can listen there.
    func callAsFunction() throws {
        var hints = addrinfo()
        hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV
        #if canImport(Darwin)
            hints.ai_socktype = SOCK_STREAM
        #else
            hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        #endif
        var found: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(address.host, String(address.port), &hints, &found) == 0, let first = found?.pointee else {
            throw refusal("the host is unknown")
        }
        defer { freeaddrinfo(found) }
        let descriptor = socket(first.ai_family, first.ai_socktype, first.ai_protocol)
        guard descriptor >= 0 else { throw refusal(String(cString: strerror(errno))) }
        defer { close(descriptor) }
        var yes: Int32 = 1
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
        guard bind(descriptor, first.ai_addr, first.ai_addrlen) == 0 else {
            throw refusal(errno == EADDRINUSE ? "another program listens there" : String(cString: strerror(errno)))
        }
    }

    private func refusal(_ reason: String) -> Failure {
        Failure(
            code: "invalid_setting",
            "Can't listen on \(address): \(reason). Choose another address with \(remedy).")
    }
}
