import FoundationEssentials
import Testing

@testable import Gatehouse

@Suite struct EndpointsUnderWayTests {
    private let underWay = EndpointsUnderWay(atOnce: 2)
    private let slow = UUID()
    private let other = UUID()
    private let start = ContinuousClock.now

    @Test("No more than so many messages are on their way to one endpoint, and others have room")
    func room() {
        #expect(begins(slow) && begins(slow) && !begins(slow))
        #expect(begins(other))
        underWay.end(slow, begun: start, at: start)
        #expect(begins(slow) && !begins(slow))
    }

    @Test("Each message that finds its endpoint busy has a turn of its own, fifty a second")
    func turns() {
        #expect(begins(slow) && begins(slow))
        #expect((1...4).map { _ in pause(slow) } == [2000, 2020, 2040, 2060])
        #expect(pause(slow, after: .seconds(1)) == 2000, "who comes late waits no longer")
        #expect(pause(slow, after: .seconds(1)) == 2020)
    }

    @Test("Turns come as fast as the endpoint has answered lately")
    func fast() {
        #expect(begins(slow) && begins(slow))
        underWay.end(slow, begun: start, at: start + .milliseconds(10))
        #expect(begins(slow))
        #expect((1...3).map { _ in pause(slow) } == [2000, 2005, 2010])
        underWay.end(slow, begun: start, at: start + .seconds(15))
        #expect(begins(slow))
        #expect(pause(slow) == 2030)
    }

    @Test("However many wait, nobody waits longer than ten minutes, and they don't come all at once")
    func crowd() {
        #expect(begins(slow) && begins(slow))
        let pauses = (1...100_000).map { _ in pause(slow) }
        #expect(pauses.allSatisfy { (2000...600_000).contains($0) })
        let perSecond = Dictionary(grouping: pauses) { $0 / 1000 }.mapValues(\.count)
        #expect(perSecond.values.max() ?? 0 < 400)
    }

    @Test("Nothing is remembered of an endpoint that is idle and for which nobody waits")
    func forgets() {
        #expect(begins(slow))
        underWay.end(slow, begun: start, at: start)
        #expect(underWay.count == 0)
        #expect(begins(slow) && begins(slow))
        _ = pause(slow)
        for _ in 1...2 { underWay.end(slow, begun: start, at: start + .seconds(1)) }
        #expect(underWay.count == 1, "somebody has a turn")
        guard case .begun = underWay.admit(other, at: start + .seconds(3)) else {
            Issue.record("The other endpoint has room.")
            return
        }
        #expect(underWay.count == 1)
    }

    private func begins(_ endpoint: UUID) -> Bool { underWay.admit(endpoint, at: start) == .begun(at: start) }

    /// In milliseconds; 0 for who isn't turned away.
    private func pause(_ endpoint: UUID, after time: Duration = .zero) -> Int {
        guard case .turnedAway(let pause) = underWay.admit(endpoint, at: start + time) else { return 0 }
        return Int((pause / Duration.milliseconds(1)).rounded())
    }
}
