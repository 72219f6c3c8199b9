#if os(Linux)
    import Foundation

    /// A client that asks one thing after the other over one connection, and opens another when it is told to leave, until
    /// nobody listens any more. It has a thread of its own and waits for its sockets there.
    public struct KeptAliveClient: Sendable {
        /// What came of its requests.
        public struct Tally: Sendable {
            public var answered = 0
            /// How often an answer said that it is the last of its connection.
            public var toldToLeave = 0
            /// Closed after an answer and before the first byte of the next one: the request may be sent again
            /// (RFC 9112, section 9.3.1), as it was if there had been anybody left to send it to.
            public var closedWhileIdle = 0
            /// A new connection that was closed before any answer: it came while the listener closed.
            public var closedWhenNew = 0
            /// Answers other than 200, and those that came in part.
            public var lost: [String] = []

            public static func + (left: Tally, right: Tally) -> Tally {
                Tally(
                    answered: left.answered + right.answered, toldToLeave: left.toldToLeave + right.toldToLeave,
                    closedWhileIdle: left.closedWhileIdle + right.closedWhileIdle,
                    closedWhenNew: left.closedWhenNew + right.closedWhenNew, lost: left.lost + right.lost)
            }

            public init() {}

            private init(answered: Int, toldToLeave: Int, closedWhileIdle: Int, closedWhenNew: Int, lost: [String]) {
                self.answered = answered
                self.toldToLeave = toldToLeave
                self.closedWhileIdle = closedWhileIdle
                self.closedWhenNew = closedWhenNew
                self.lost = lost
            }
        }

        private enum Outcome {
            case answer(status: String, body: String, isLast: Bool)
            case closed(after: Int)
        }

        private let port: Int
        private let request: @Sendable (_ lastAnswer: String) -> String

        /// - Parameter request: The bytes of the next request, after the body of the last answer, or after nothing.
        public init(port: Int, request: @escaping @Sendable (_ lastAnswer: String) -> String) {
            self.port = port
            self.request = request
        }

        /// - Parameters:
        ///   - isOver: Whether to stop before the next request, though somebody listens.
        ///   - answered: Told of every answer.
        public func run(
            until isOver: @escaping @Sendable () -> Bool = { false }, answered: @escaping @Sendable () -> Void
        ) async -> Tally {
            await withCheckedContinuation { continuation in
                Thread.detachNewThread { continuation.resume(returning: ask(isOver, answered)) }
            }
        }

        private func ask(_ isOver: () -> Bool, _ answered: () -> Void) -> Tally {
            var tally = Tally()
            var last = ""
            while !isOver(), let socket = LoopbackSocket(port: port) {
                defer { socket.close() }
                var isFresh = true
                connection: while !isOver() {
                    guard socket.send(request(last)) else {
                        if isFresh { tally.closedWhenNew += 1 } else { tally.closedWhileIdle += 1 }
                        break
                    }
                    switch Self.outcome(on: socket) {
                    case .answer("200", let body, let isLast):
                        tally.answered += 1
                        last = body
                        isFresh = false
                        answered()
                        if isLast {
                            tally.toldToLeave += 1
                            break connection
                        }
                    case .answer(let status, let body, _):
                        tally.lost.append("\(status) \(body)")
                        return tally
                    case .closed(after: 0):
                        if isFresh { tally.closedWhenNew += 1 } else { tally.closedWhileIdle += 1 }
                        break connection
                    case .closed(let count):
                        tally.lost.append("closed after \(count) bytes")
                        break connection
                    }
                }
            }
            return tally
        }

        private static func outcome(on socket: LoopbackSocket) -> Outcome {
            var text = ""
            while let more = socket.receive() {
                text += more
                guard let head = text.firstRange(of: "\r\n\r\n") else { continue }
                let lines = text[..<head.lowerBound].lowercased().split(separator: "\r\n")
                let length = lines.first { $0.hasPrefix("content-length: ") }.flatMap { Int($0.dropFirst(16)) } ?? 0
                guard text.utf8.distance(from: head.upperBound, to: text.endIndex) >= length else { continue }
                return .answer(
                    status: String(text.dropFirst(9).prefix(3)), body: String(text[head.upperBound...]),
                    isLast: lines.contains("connection: close"))
            }
            return .closed(after: text.utf8.count)
        }
    }
#endif
