import FoundationEssentials
import Synchronization

/// How many messages are on their way to each endpoint from this instance, and when those come back that find it busy.
///
/// Each of those has a turn of its own, one after the other, as fast as the endpoint has been lately, but fifty a second at the least:
/// a thousand that wait for an endpoint that hangs cost fifty claims a second, rather than as many as the database can answer.
final class EndpointsUnderWay: Sendable {
    enum Admission: Equatable {
        case begun(at: ContinuousClock.Instant)
        case turnedAway(pause: Duration)
    }

    fileprivate struct Endpoint {
        var underWay = 0
        /// Of the message that was turned away last.
        var turn: ContinuousClock.Instant?
        var betweenTurns = EndpointsUnderWay.longestBetweenTurns
    }

    fileprivate static let leastPause: Duration = .seconds(2)
    /// An endpoint that hung is told what waited for it this much later at the most, however much that is.
    static let longestPause: Duration = .seconds(600)
    fileprivate static let longestBetweenTurns: Duration = .milliseconds(20)

    private let atOnce: Int
    private let endpoints = Mutex<[UUID: Endpoint]>([:])

    /// - Parameter atOnce: How many messages are on their way to one endpoint at the most.
    init(atOnce: Int) {
        self.atOnce = atOnce
    }

    /// Of how many endpoints anything is remembered.
    var count: Int { endpoints.withLock { $0.count } }

    /// Counts one more, unless there are as many already.
    func admit(_ id: UUID, at now: ContinuousClock.Instant = .now) -> Admission {
        endpoints.withLock { endpoints in
            if endpoints[id] == nil {
                endpoints = endpoints.filter { !$0.value.isIdle(at: now) }
            }
            var endpoint = endpoints[id] ?? Endpoint()
            defer { endpoints[id] = endpoint }
            guard endpoint.underWay >= atOnce else {
                endpoint.underWay += 1
                return .begun(at: now)
            }
            return .turnedAway(pause: endpoint.nextTurn(from: now))
        }
    }

    func end(_ id: UUID, begun: ContinuousClock.Instant, at now: ContinuousClock.Instant = .now) {
        endpoints.withLock { endpoints in
            guard var endpoint = endpoints[id] else { return }
            endpoint.underWay -= 1
            endpoint.betweenTurns = min((now - begun) / atOnce, Self.longestBetweenTurns)
            endpoints[id] = endpoint.isIdle(at: now) ? nil : endpoint
        }
    }
}

extension EndpointsUnderWay.Endpoint {
    fileprivate func isIdle(at now: ContinuousClock.Instant) -> Bool {
        underWay == 0 && turn.map { $0 <= now } ?? true
    }

    fileprivate mutating func nextTurn(from now: ContinuousClock.Instant) -> Duration {
        let soonest = now + EndpointsUnderWay.leastPause
        let next = turn.map { max($0 + betweenTurns, soonest) } ?? soonest
        guard next - now <= EndpointsUnderWay.longestPause else {
            // At any time of the later half, lest all of them come at once.
            return EndpointsUnderWay.longestPause * Double.random(in: 0.5...1)
        }
        turn = next
        return next - now
    }
}
