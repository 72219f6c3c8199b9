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
/// each is on a thread of its own, nobody waits for one longer than he likes, and there is a limit to how many there are.
final class SystemResolver: NameResolver {
    private let underway = Mutex(0)
    private static let limit = 32

    func addresses(of host: String) async -> [InternetAddress] {
        let isWithinLimit = underway.withLock { count in
            guard count < Self.limit else { return false }
            count += 1
            return true
        }
        guard isWithinLimit else { return [] }
        let (answers, continuation) = AsyncStream.makeStream(of: [InternetAddress].self)
        DispatchQueue(label: "webhooks.lookup").async { [self] in
            continuation.yield(Self.lookUp(host))
            underway.withLock { $0 -= 1 }
        }
        return await answers.first { _ in true } ?? []
    }

    private static func lookUp(_ host: String) -> [InternetAddress] {
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
