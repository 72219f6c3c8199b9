import HTTPTypes
import NIOCore
import NIOEmbedded
import NIOHTTP1
import Synchronization
import Testing

@testable import GatehouseHTTP

/// One connection without a socket; `ConnectionTests` and others have theirs.
@Suite("A connection") struct HTTPConnectionTests {
    private static let request = "GET /a HTTP/1.1\r\nHost: x\r\n\r\n"

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

    @Test("says who has asked also when they are gone")
    func peer() throws {
        let seen = Mutex<[String]>([])
        let connection = try EmbeddedConnection { request in
            _ = try? await request.body.whole()
            seen.withLock { $0.append(request.peer.description) }
            return nil
        }
        try connection.receive("POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 6\r\n\r\nabc")
        #expect(seen.withLock { $0 } == [])
        try connection.channel.close().wait()
        connection.channel.embeddedEventLoop.run()
        #expect(seen.withLock { $0 } == ["127.0.0.1"])
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
