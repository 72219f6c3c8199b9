import NIOCore
import Testing

@testable import GatehouseHTTP

@Suite struct ConnectionProgressTests {
    private func at(_ seconds: Int64) -> NIODeadline { .uptimeNanoseconds(1_000) + .seconds(seconds) }

    private func opened() -> ConnectionProgress { ConnectionProgress(deadlines: .standard, now: at(0)) }

    @Test func `The first head is due ten seconds after the connection, however its bytes dribble`() {
        var progress = opened()
        #expect(progress.deadline == at(10))
        progress.bytesArrived(now: at(9))
        #expect(progress.deadline == at(10))
    }

    @Test func `The body is due fifteen seconds after the first byte`() {
        var progress = opened()
        progress.bytesArrived(now: at(2))
        progress.headRead(now: at(3))
        #expect(progress.deadline == at(17))
        progress.bytesArrived(now: at(16))
        #expect(progress.deadline == at(17))
    }

    @Test func `While the service works the client is not hurried`() {
        var progress = opened()
        progress.bytesArrived(now: at(1))
        progress.headRead(now: at(1))
        progress.requestRead(now: at(1))
        #expect(progress.deadline == nil)
    }

    @Test func `A response is to be taken in fifteen seconds, and the next request begun in sixty`() {
        var progress = opened()
        progress.bytesArrived(now: at(1))
        progress.headRead(now: at(1))
        progress.requestRead(now: at(1))
        progress.responseWritten(now: at(5))
        #expect(progress.deadline == at(20))
        progress.responseTaken(now: at(6))
        #expect(progress.deadline == at(65))
        progress.bytesArrived(now: at(50))
        #expect(progress.deadline == at(60))
    }

    @Test func `An answer that comes before its request leaves the deadline of the request`() {
        var progress = opened()
        progress.bytesArrived(now: at(0))
        progress.headRead(now: at(0))
        #expect(!progress.isReadingAnsweredRequest)
        progress.responseWritten(now: at(1))
        progress.responseTaken(now: at(1))
        #expect(progress.isReadingAnsweredRequest)
        #expect(progress.deadline == at(15))
        progress.requestRead(now: at(2))
        #expect(progress.deadline == at(62))
    }
}
