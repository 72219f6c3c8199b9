internal import Dispatch
import Synchronization

#if canImport(Darwin)
    import Darwin
#elseif canImport(Musl)
    import Musl
#else
    import Glibc
#endif

/// Looks names up as the system does. Such a call can't be stopped, and takes as long as the servers of the name's owner make it:
/// each is on a thread of its own, nobody waits for one longer than he likes, and there is a limit to how many there are. Of one name
/// there is one at a time, which answers all who ask meanwhile. An address waits for none of that.
final class SystemResolver: NameResolver {
    private typealias Asker = AsyncStream<[InternetAddress]>.Continuation

    private enum Admission { case first, joined, refused }

    /// Whom the answer is for, by the name that is being looked up.
    private let underWay = Mutex<[String: [Asker]]>([:])
    private let limit: Int
    private let lookUp: @Sendable (String) -> [InternetAddress]

    /// - Parameters:
    ///   - limit: How many names are looked up at once.
    ///   - lookUp: Takes as long as it likes.
    init(
        limit: Int = 32, lookUp: @escaping @Sendable (String) -> [InternetAddress] = { SystemResolver.ask($0) }
    ) {
        self.limit = limit
        self.lookUp = lookUp
    }

    /// How many have asked for names that are being looked up.
    var askers: Int { underWay.withLock { $0.values.map(\.count).reduce(0, +) } }

    func addresses(of host: String) async -> [InternetAddress]? {
        if let address = InternetAddress(literal: host) { return [address] }
        let (answers, asker) = AsyncStream.makeStream(of: [InternetAddress].self)
        switch admit(asker, to: host) {
        case .first: begin(host)
        case .joined: break
        case .refused: return nil
        }
        return await answers.first { _ in true } ?? []
    }

    private func admit(_ asker: Asker, to host: String) -> Admission {
        underWay.withLock { names in
            if let others = names[host] {
                names[host] = others + [asker]
                return .joined
            }
            guard names.count < limit else { return .refused }
            names[host] = [asker]
            return .first
        }
    }

    private func begin(_ host: String) {
        DispatchQueue(label: "webhooks.lookup").async { [self] in
            let addresses = lookUp(host)
            let askers = underWay.withLock { $0.removeValue(forKey: host) } ?? []
            for asker in askers { asker.yield(addresses) }
        }
    }

    static func ask(_ host: String) -> [InternetAddress] {
        var hints = addrinfo()
        hints.ai_family = AF_UNSPEC
        #if canImport(Darwin)
            hints.ai_socktype = SOCK_STREAM
        #else
            hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        #endif
        var first: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(host, nil, &hints, &first) == 0 else { return [] }
        defer { freeaddrinfo(first) }
        return sequence(first: first, next: { $0?.pointee.ai_next }).prefix { $0 != nil }
            .compactMap { $0?.pointee.ai_addr }.compactMap { InternetAddress($0) }
    }
}
