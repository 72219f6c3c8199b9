#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// Tries the addresses before anything is started, so that a taken port is told at once and in words.
struct ListenProbe {
    let settings: ServiceSettings

    /// Throws a `Failure` naming the remedy when nothing can listen at one of them, or not at both.
    func callAsFunction() throws(Failure) {
        let service = ListenPlace(listen: settings.listen)
        let held = try service.hold()
        defer { close(held) }
        let taker = settings.listen.port == settings.opsListen.port ? "the service itself" : "another program"
        close(try ListenPlace(opsListen: settings.opsListen).hold(unlessTakenBy: taker))
    }
}

/// An address to listen at, and how to choose another one.
struct ListenPlace: Sendable {
    private let address: ListenAddress
    private let remedy: String

    init(listen address: ListenAddress) {
        self.address = address
        remedy = "--listen HOST:PORT"
    }

    /// For the operations listener, for which `dev` has no flag.
    init(opsListen address: ListenAddress) {
        self.address = address
        remedy = "GATEHOUSE_OPS_LISTEN=HOST:PORT"
    }

    /// A socket that listens there; whoever connects waits, and is sent away when the caller closes it.
    fileprivate func hold(unlessTakenBy taker: String = "another program") throws(Failure) -> Int32 {
        var hints = addrinfo()
        hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV
        #if canImport(Darwin)
            hints.ai_socktype = SOCK_STREAM
        #else
            hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        #endif
        var found: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(address.host, String(address.port), &hints, &found) == 0, let first = found?.pointee else {
            throw refusal(because: "the host is unknown")
        }
        defer { freeaddrinfo(found) }
        let descriptor = socket(first.ai_family, first.ai_socktype, first.ai_protocol)
        guard descriptor >= 0 else { throw refusal(errno, taker) }
        var yes: Int32 = 1
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
        // Two sockets may be bound to the same address, as long as neither listens.
        guard bind(descriptor, first.ai_addr, first.ai_addrlen) == 0, listen(descriptor, 0) == 0 else {
            let failure = refusal(errno, taker)
            close(descriptor)
            throw failure
        }
        return descriptor
    }

    /// What the system's refusal means.
    func refusal(_ error: Int32, _ taker: String = "another program") -> Failure {
        refusal(because: error == EADDRINUSE ? "\(taker) listens there" : String(cString: strerror(error)))
    }

    private func refusal(because reason: String) -> Failure {
        Failure(
            code: "invalid_setting",
            "Can't listen on \(address): \(reason). Choose another address with \(remedy).")
    }
}
