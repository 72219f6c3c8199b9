import HTTPTypes
import Logging
import NIOCore
import NIOEmbedded
import NIOHTTP1
import NIOHTTPTypesHTTP1
import Synchronization
import Testing

@testable import GatehouseHTTP

/// One connection without a socket; `ConnectionTests` and others have theirs.
@Suite("A connection") struct HTTPConnectionTests {
    private static let request = "GET /a HTTP/1.1\r\nHost: x\r\n\r\n"

    private static let chunked = "POST /a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
    private static let badRequest = "HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"

    @Test("lets others have the event loop after some requests that were sent without waiting for an answer")
    func pipelined() throws {
        let connection = try EmbeddedConnection { _ in .empty }
        try connection.receive(String(repeating: Self.request, count: 40))
        var answered: [Int] = []
        for _ in 0..<4 {
            answered.append(try connection.sent().count)
            connection.channel.embeddedEventLoop.advanceTime(by: .milliseconds(1))
        }
        #expect(answered == [16, 16, 8, 0])
    }

    @Test("begins to answer a request before its body has come, and hands over what comes of it")
    func bodyInPieces() throws {
        let seen = Mutex<[String]>([])
        let connection = try EmbeddedConnection { request in
            seen.withLock { $0.append(request.head.path ?? "") }
            let body = try? await request.body.whole()
            seen.withLock { $0.append(body.map { String(buffer: $0) } ?? "none") }
            return .empty
        }
        try connection.receive("POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 6\r\n\r\nabc")
        #expect(seen.withLock { $0 } == ["/a"])
        try connection.receive("def" + Self.request)
        #expect(seen.withLock { $0 } == ["/a", "abcdef", "/a", ""])
        #expect(try connection.sent().count == 2)
    }

    @Test("answers one request at a time, in order, whatever comes meanwhile")
    func inTurn() throws {
        let waiting = Mutex<[CheckedContinuation<Void, Never>]>([])
        let connection = try EmbeddedConnection { _ in
            await withCheckedContinuation { continuation in waiting.withLock { $0.append(continuation) } }
            return .empty
        }
        try connection.receive(Self.request + Self.request)
        for _ in 0..<2 {
            #expect(try connection.sent().isEmpty)
            let next = waiting.withLock { $0 }
            try #require(next.count == 1)
            waiting.withLock { $0.removeAll() }
            next[0].resume()
            connection.channel.embeddedEventLoop.run()
            #expect(try connection.sent().count == 1)
        }
        #expect(waiting.withLock { $0.isEmpty })
    }

    @Test("keeps a body of the largest size, and tells of a larger one as soon as it is")
    func sizes() throws {
        let sizes = Mutex<[Result<Int, IncomingBody.Fault>]>([])
        let connection = try EmbeddedConnection { request in
            do throws(IncomingBody.Fault) {
                let size = try await request.body.whole().readableBytes
                sizes.withLock { $0.append(.success(size)) }
            } catch {
                sizes.withLock { $0.append(.failure(error)) }
            }
            return .empty
        }
        let largest = IncomingBody.maximumSize
        for size in [largest, largest + 1] {
            try connection.receive("POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: \(size)\r\n\r\n")
            try connection.receive(String(repeating: "x", count: size - 1))
            try connection.receive("x")
        }
        #expect(sizes.withLock { $0 } == [.success(largest), .failure(.tooLarge)])
        #expect(try connection.sent().count == 2)
        try connection.receive(Self.request)
        #expect(try connection.sent().count == 1, "what was left of the body is no request")
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
        #expect(try connection.sent() == [Self.badRequest])
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

    @Test("takes no request for whose answer there is no room, and goes on when there is")
    func noRoom() throws {
        let connection = try EmbeddedConnection { _ in .empty }
        connection.channel.isWritable = false
        connection.channel.pipeline.fireChannelWritabilityChanged()
        try connection.receive(Self.request + Self.request)
        #expect(try connection.sent().isEmpty)
        connection.channel.isWritable = true
        connection.channel.pipeline.fireChannelWritabilityChanged()
        #expect(try connection.sent().count == 2)
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
        #expect(sent[1] == Self.badRequest)
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

    @Test("refuses once what is wrong twice")
    func wrongTwice() throws {
        let connection = try EmbeddedConnection { _ in .empty }
        try connection.receive("GET / HTTP/2.0\r\n\r\n")
        try connection.receive("GARBAGE\r\n\r\n")
        #expect(try connection.sent() == [Self.badRequest])
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

    @Test("takes a path as it is sent, and the path of a URL")
    func paths() throws {
        let paths = Mutex<[String]>([])
        let connection = try EmbeddedConnection { request in
            paths.withLock { $0.append("\(request.head.authority ?? "-") \(request.head.path ?? "-")") }
            return .empty
        }
        for target in ["/t/a?b=c#d", "//e/f", "/%2F/../x", "http://other/g?h", "*"] {
            try connection.receive("GET \(target) HTTP/1.1\r\nHost: x\r\n\r\n")
        }
        #expect(paths.withLock { $0 } == ["x /t/a?b=c#d", "x //e/f", "x /%2F/../x", "x /g?h", "x *"])
    }
}

@Suite("The head of a request") struct RequestHeadTests {
    @Test(
        "is what SwiftNIO's conversion makes of it, however its fields are spelt and repeated",
        arguments: [
            [("Host", "a.example"), ("Accept", "*/*"), ("x-request-id", "1")],
            [("hOST", "a.example"), ("HOST", "b.example"), ("authorization", "Bearer x"), ("AUTHORIZATION", "y")],
            [("Cookie", "a=1; b=2"), ("cookie", "c=3"), ("traceparent", "00"), ("X-Unheard-Of", "\u{E9}")],
            [("Not a token", "x"), ("", "y"), ("Content-Length", "5"), ("If-None-Match", "\"a\"")], [],
        ])
    func alike(fields: [(String, String)]) throws {
        for method in [HTTPMethod.GET, .RAW(value: "BREW"), .MKCOL] {
            let head = HTTPRequestHead(
                version: .http1_1, method: method, uri: "/a?b=c", headers: HTTPHeaders(fields))
            let request = try HTTPRequest(head)
            #expect(request == (try HTTPRequest(head, secure: false, splitCookie: false)))
        }
    }
}

/// A connection whose bytes a test gives and takes.
private struct EmbeddedConnection {
    let channel = EmbeddedChannel()

    init(_ answer: @escaping @Sendable (Request) async -> Response?) throws {
        let connections = ConnectionChannel(
            deadlines: .standard, room: ConnectionRoom(accepting: 8), entrance: Entrance(), dates: ResponseDates()
        ) { request, _ in await answer(request) }
        try connections.prepare(channel, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
    }

    func receive(_ text: String) throws {
        channel.pipeline.fireChannelRead(ByteBuffer(string: text))
        channel.pipeline.fireChannelReadComplete()
        channel.pipeline.read()
        channel.embeddedEventLoop.run()
    }

    /// What has been written since the last time, each write by itself.
    func sent() throws -> [String] {
        channel.embeddedEventLoop.run()
        var writes: [String] = []
        while let write = try channel.readOutbound(as: ByteBuffer.self) { writes.append(String(buffer: write)) }
        return writes
    }
}

/// A socket whose other side has been reset.
private final class ClosingOnWrite: ChannelOutboundHandler {
    typealias OutboundIn = ByteBuffer

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        promise?.fail(ChannelError.ioOnClosedChannel)
        context.close(promise: nil)
    }
}

/// A socket that hasn't taken yet what was written to it.
private final class SlowToTake: ChannelOutboundHandler {
    typealias OutboundIn = ByteBuffer

    private var promises: [EventLoopPromise<Void>] = []

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        if let promise { promises.append(promise) }
        context.write(data, promise: nil)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        for promise in promises { promise.succeed() }
    }
}

private final class NotedCloses: ChannelOutboundHandler {
    typealias OutboundIn = ByteBuffer

    private(set) var modes: [CloseMode] = []

    func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        modes.append(mode)
        promise?.succeed()
    }
}

extension Response {
    fileprivate static var empty: Response {
        Answer.noContent.response(requestID: "a", isHTTPS: false, toHead: false)
    }
}
