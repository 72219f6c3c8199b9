import HTTPTypes
import NIOCore
import NIOEmbedded
import NIOHTTP1
import Synchronization
import Testing

@testable import GatehouseHTTP

@Suite("The end of a connection") struct HTTPConnectionEndTests {
    private static let request = "GET /a HTTP/1.1\r\nHost: x\r\n\r\n"
    private static let chunked = "POST /a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
    private static let badRequest = String(buffer: HTTPConnection.badRequest)

    @Test("comes after a bare 400 that has what every response has to have")
    func bare() throws {
        let connection = try EmbeddedConnection { _ in .empty }
        try connection.receive("GARBAGE\r\n\r\n")
        let sent = try connection.sent()
        let reply = try #require(Reply(Array(sent.joined().utf8)))
        #expect(reply.status == 400 && reply.body.isEmpty)
        #expect(reply.header("connection") == "close" && reply.header("content-length") == "0")
        #expect(reply.header("cache-control") == "no-store" && reply.header("x-content-type-options") == "nosniff")
        let date = try #require(reply.header("date"))
        #expect(date.count == "Sun, 06 Nov 1994 08:49:37 GMT".count && date.hasSuffix(" GMT"))
    }

    @Test("answers a request whose body is no HTTP with a bare 400, and nothing after it")
    func broken() throws {
        let faults = Mutex<[IncomingBody.Fault]>([])
        let connection = try EmbeddedConnection { request in
            do throws(IncomingBody.Fault) {
                _ = try await request.body.whole()
                return .empty
            } catch {
                faults.withLock { $0.append(error) }
                return nil
            }
        }
        try connection.receive(Self.chunked)
        #expect(try connection.sent().isEmpty)
        try connection.receive("zz\r\n")
        #expect(try connection.sent().map(\.undated) == [Self.badRequest])
        try connection.receive(Self.request)
        #expect(try connection.sent().isEmpty)
        guard case .broken = try #require(faults.withLock { $0.first }) else {
            Issue.record("the endpoint was told \(faults.withLock { $0 })")
            return
        }
    }

    @Test(
        "ends with the answer to a client that asks for that, or speaks HTTP/1.0",
        arguments: [
            "GET /a HTTP/1.1\r\nHost: x\r\nConnection: TE, Close\r\n\r\n", "GET /a HTTP/1.0\r\n\r\n",
            "GET /a HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
            "GET /a HTTP/1.1\r\nHost: x\r\nConnection: upgrade\r\nUpgrade: h2c\r\n\r\n",
        ])
    func asked(head: String) throws {
        let connection = try EmbeddedConnection { _ in .empty }
        try connection.receive(head)
        let sent = try connection.sent()
        try #require(sent.count == 1)
        #expect(sent[0].contains("\r\nConnection: close\r\n"))
        #expect(!connection.channel.isActive)
    }

    @Test("answers what it has been asked to a client that says no more, and then ends")
    func halfClosed() throws {
        let connection = try EmbeddedConnection { _ in .empty }
        try connection.receive(Self.request + Self.request)
        #expect(connection.channel.isActive)
        connection.channel.pipeline.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
        #expect(try connection.sent().count == 2)
        #expect(!connection.channel.isActive)
    }

    @Test("tells an endpoint of a client that is gone, and doesn't cut short what it does then")
    func gone() throws {
        let endings = Mutex<[IncomingBody.Fault?]>([])
        let connection = try EmbeddedConnection { request in
            do throws(IncomingBody.Fault) {
                _ = try await request.body.whole()
                endings.withLock { $0.append(nil) }
            } catch {
                endings.withLock { $0.append(error) }
            }
            endings.withLock { if Task.isCancelled { $0.append(nil) } }
            return .empty
        }
        try connection.receive("POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 6\r\n\r\nabc")
        connection.channel.close(promise: nil)
        connection.channel.embeddedEventLoop.run()
        #expect(endings.withLock { $0 } == [.cutShort])
    }

    @Test(
        "lets what is no request wait for the answers to those before it", arguments: ["GARBAGE\r\n\r\n", "GET /a HT"])
    func garbageBehind(rest: String) throws {
        let waiting = Mutex<CheckedContinuation<Void, Never>?>(nil)
        let connection = try EmbeddedConnection { _ in
            await withCheckedContinuation { continuation in waiting.withLock { $0 = continuation } }
            return .empty
        }
        try connection.receive(Self.request + rest)
        connection.channel.pipeline.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
        #expect(try connection.sent().isEmpty)
        waiting.withLock { $0 }?.resume()
        let sent = try connection.sent()
        try #require(sent.count == 2)
        #expect(sent[0].hasPrefix("HTTP/1.1 204"))
        #expect(sent[1].undated == Self.badRequest)
    }

    @Test(
        "gives a request one answer, also when the rest of it turns out to be broken, or doesn't come",
        arguments: [true, false])
    func answeredBefore(isBroken: Bool) throws {
        let connection = try EmbeddedConnection { _ in .empty }
        try connection.receive(Self.chunked)
        #expect(try connection.sent().count == 1)
        if isBroken { try connection.receive("zz\r\n") }
        connection.channel.pipeline.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
        #expect(try connection.sent().isEmpty)
        #expect(!connection.channel.isActive)
    }

    @Test("says nothing after its last answer, which may still be on its way")
    func lastAnswer() throws {
        let connection = try EmbeddedConnection { _ in .empty }
        try connection.channel.pipeline.syncOperations.addHandler(SlowToTake(), position: .first)
        try connection.receive("GET /a HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\nGARBAGE\r\n\r\n" + Self.request)
        #expect(try connection.sent().count == 1)
        #expect(connection.channel.isActive)
    }

    @Test("lets a client that has sent more than is answered read its answers before the socket is closed")
    func surplus() throws {
        for (sent, mode) in [(Self.request, CloseMode.output), ("", .all)] {
            let connection = try EmbeddedConnection { _ in .empty }
            let closes = NotedCloses()
            try connection.channel.pipeline.syncOperations.addHandler(closes, position: .first)
            try connection.receive("GET /a HTTP/1.0\r\n\r\n" + sent)
            #expect(try connection.sent().count == 1)
            #expect(closes.modes == [mode])
        }
    }

    @Test(
        "decodes nothing of what comes behind its last answer, and bounds it",
        arguments: [
            "GET /a HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", "POST /a HTTP/1.0\r\nContent-Length: 3\r\n\r\nabc",
        ])
    func tail(last: String) throws {
        let connection = try EmbeddedConnection { _ in .empty }
        let (closes, decoded) = (NotedCloses(), NotedBytes())
        let pipeline = connection.channel.pipeline.syncOperations
        try pipeline.addHandler(closes, position: .first)
        try pipeline.addHandler(decoded, position: .after(try pipeline.handler(type: DecoderFeed.self)))
        try connection.receive(last + Self.request)
        #expect(closes.modes == [.output])
        let decodedBefore = decoded.count
        try connection.receive("GET / HTTP/1.1\r\nX:")
        for _ in 0...32 { try connection.receive(String(repeating: " ", count: 64 * 1024)) }
        #expect(decoded.count == decodedBefore)
        #expect(try connection.sent().count == 1)
        #expect(closes.modes.prefix(2) == [.output, .all])
    }

    @Test("refuses once what is wrong twice")
    func wrongTwice() throws {
        let connection = try EmbeddedConnection { _ in .empty }
        try connection.receive("GET / HTTP/2.0\r\n\r\n")
        try connection.receive("GARBAGE\r\n\r\n")
        #expect(try connection.sent().map(\.undated) == [Self.badRequest])
    }

    @Test("begins nothing when its client turns out to be gone as it is answered")
    func goneWhileAnswered() throws {
        let asked = Mutex(0)
        let connection = try EmbeddedConnection { request in
            asked.withLock { $0 += 1 }
            return .empty
        }
        try connection.channel.pipeline.syncOperations.addHandler(ClosingOnWrite(), position: .first)
        try connection.receive(Self.request + "POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nabc")
        #expect(asked.withLock { $0 } == 1)
    }
}
