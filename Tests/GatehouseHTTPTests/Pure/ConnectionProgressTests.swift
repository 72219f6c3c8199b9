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
        progress.responseBegun(now: at(5))
        #expect(progress.deadline == at(20))
        progress.responseWritten(now: at(6))
        #expect(progress.deadline == at(20))
        progress.responseTaken(now: at(6))
        #expect(progress.deadline == at(66))
        progress.bytesArrived(now: at(50))
        #expect(progress.deadline == at(60))
    }

    @Test func `An answer that comes before its request leaves the deadline of the request`() {
        var progress = opened()
        progress.bytesArrived(now: at(0))
        progress.headRead(now: at(0))
        #expect(!progress.isReadingAnsweredRequest)
        progress.responseBegun(now: at(1))
        progress.responseWritten(now: at(1))
        progress.responseTaken(now: at(1))
        #expect(progress.isReadingAnsweredRequest)
        #expect(progress.deadline == at(15))
        progress.requestRead(now: at(2))
        #expect(progress.deadline == at(62))
    }

    @Test func `Every response has its own fifteen seconds, however slowly the ones before it are taken`() {
        var progress = opened()
        for second: Int64 in [1, 2] {
            progress.bytesArrived(now: at(second))
            progress.headRead(now: at(second))
            progress.requestRead(now: at(second))
            progress.responseBegun(now: at(second))
            progress.responseWritten(now: at(second))
        }
        #expect(progress.deadline == at(16))
        progress.responseTaken(now: at(3))
        #expect(progress.deadline == at(17))
    }

    @Test func `A head that was begun before its turn has its time from its turn`() {
        var progress = opened()
        progress.bytesArrived(now: at(0))
        progress.headRead(now: at(0))
        progress.requestRead(now: at(0))
        progress.bytesArrived(now: at(1))
        #expect(progress.deadline == nil)
        progress.responseBegun(now: at(12))
        progress.responseWritten(now: at(12))
        progress.responseTaken(now: at(12))
        #expect(progress.deadline == at(22))
        progress.headRead(now: at(13))
        #expect(progress.deadline == at(27))
    }

    @Test
    func `A head that has to wait for room for its answer has its time from when the answers before it are taken`() {
        var progress = opened()
        progress.bytesArrived(now: at(0))
        progress.headRead(now: at(0))
        progress.requestRead(now: at(0))
        progress.bytesArrived(now: at(0))
        progress.responseBegun(now: at(1))
        progress.responseWritten(now: at(1))
        #expect(progress.deadline == at(16), "that of the answer")
        progress.responseTaken(now: at(14))
        #expect(progress.deadline == at(24))
    }

    @Test func `The refusal of a broken head leaves no more time than the head had`() {
        var progress = opened()
        progress.bytesArrived(now: at(9))
        progress.responseBegun(now: at(9))
        progress.responseWritten(now: at(9))
        progress.responseTaken(now: at(9))
        #expect(progress.deadline == at(10))
    }

    @Test func `When the service ends, what is idle has a quarter of a second, and what has begun all its time`() {
        var progress = opened()
        progress.serviceEnds()
        #expect(progress.deadline == at(0) + .milliseconds(250))
        progress.bytesArrived(now: at(0))
        #expect(progress.deadline == at(10))
        progress.headRead(now: at(1))
        #expect(progress.deadline == at(15))
        progress.requestRead(now: at(1))
        #expect(progress.deadline == nil)
        progress.responseBegun(now: at(2))
        progress.responseWritten(now: at(2))
        #expect(progress.deadline == at(17), "it is still being taken")
        progress.responseTaken(now: at(3))
        #expect(progress.deadline == at(2) + .milliseconds(250))
    }
}
