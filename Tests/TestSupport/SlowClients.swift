#if os(Linux)
    import Foundation
    import Glibc

    /// Clients that keep their connections as long as they are let, on raw sockets that one thread looks after.
    public struct SlowClients: Sendable {
        public enum Manner: CaseIterable, Sendable {
            /// Sends a byte of a header now and then.
            case dripsHead
            /// Sends a byte of a body now and then.
            case dripsBody
            /// Sends requests as fast as they are taken and reads no answer.
            case neverReads
        }

        /// How one of them ended.
        public struct Ending: Sendable {
            public let manner: Manner
            /// From the moment its deadline counts from until the service closed the connection: at least and at most, as only the service
            /// knows the moment. Nil when it didn't close it.
            public let lasted: ClosedRange<Duration>?
        }

        private let port: Int
        private let path: String
        private let pause: Duration

        /// - Parameters:
        ///   - path: That of a tenant, `/t/shop`.
        ///   - pause: Between two bytes.
        public init(port: Int, path: String, pause: Duration) {
            self.port = port
            self.path = path
            self.pause = pause
        }

        /// Connects so many of each manner, and returns when all have been closed or the patience is at its end.
        public func run(ofEach count: Int, patience: Duration) async -> [Ending] {
            await withCheckedContinuation { continuation in
                Thread.detachNewThread {
                    continuation.resume(returning: meet(ofEach: count, until: .now + patience))
                }
            }
        }

        private func meet(ofEach count: Int, until end: ContinuousClock.Instant) -> [Ending] {
            // Those that make work come last, so that the others are accepted when they connect, and not after it.
            var open = Manner.allCases.flatMap { manner in
                (0..<count).compactMap { _ in SlowClient(manner, port: port, path: path) }
            }
            var endings: [Ending] = []
            var nextByte = ContinuousClock.now
            var nextLook = ContinuousClock.now
            while !open.isEmpty, .now < end {
                var watched = open.map(\.watched)
                _ = poll(&watched, nfds_t(watched.count), 20)
                let now = ContinuousClock.now
                let isTime = now >= nextByte
                if isTime { nextByte = now + pause }
                for index in open.indices {
                    open[index].act(on: watched[index].revents, isTimeForByte: isTime)
                }
                if now >= nextLook {
                    nextLook = now + .milliseconds(250)
                    let queues = SendQueues(ofPort: port)
                    for index in open.indices { open[index].look(at: queues) }
                }
                endings += open.filter(\.isClosed).map { $0.ending(at: now) }
                open.removeAll(where: \.isClosed)
            }
            for client in open {
                close(client.watched.fd)
                endings.append(Ending(manner: client.manner, lasted: nil))
            }
            return endings
        }
    }
#endif
