import HTTPTypes
import NIOCore
import NIOEmbedded
import NIOHTTP1
import NIOHTTPTypes
import NIOHTTPTypesHTTP1
import Testing

@testable import GatehouseHTTP

@Suite("A response in one buffer") struct ResponseBytesTests {
    private static let heads: [HTTPResponse] = {
        let fields: HTTPFields = [
            .contentType: "application/json", .cacheControl: "no-store", .xRequestID: "a-1", .vary: "Origin",
        ]
        var repeated = fields
        for line in ["a=1; Path=/", "b=\u{E9}; Path=/"] { repeated.append(HTTPField(name: .setCookie, value: line)) }
        var empty = fields
        empty.append(HTTPField(name: .known("X-Auth-Name"), value: ""))
        var chunked = fields
        chunked[.transferEncoding] = "chunked"
        return [200, 201, 202, 204, 304, 400, 401, 404, 405, 413, 415, 422, 429, 500, 503, 299].flatMap { code in
            [fields, repeated, empty, chunked, [:]].flatMap { fields in
                ["0", "5", nil].map { length in
                    var fields = fields
                    fields[.contentLength] = length
                    return HTTPResponse(status: .init(code: code), headerFields: fields)
                }
            }
        }
    }()

    @Test("has the very bytes that SwiftNIO's encoder writes, with a body and without")
    func equal() throws {
        for head in Self.heads {
            for parts in Self.responses(head) {
                #expect(try Self.written(parts, ours: true) == Self.written(parts, ours: false), "\(head)")
            }
        }
    }

    @Test("is one write where its length is known, and what is left to the encoder comes after what was written before")
    func writes() throws {
        let head = HTTPResponse(status: .ok, headerFields: [.contentLength: "5"])
        let parts = Self.responses(head)[0]
        #expect(try Self.writes(parts, ours: true).count == 1)
        #expect(try Self.writes(parts, ours: false).count > 1)
        let continued = [HTTPResponsePart.head(HTTPResponse(status: .continue))] + parts
        #expect(try Self.written(continued, ours: true) == Self.written(continued, ours: false))
    }

    @Test("doesn't wait for its end when it is flushed before")
    func flushed() throws {
        let channel = try Self.channel(ours: true)
        channel.write(
            HTTPResponsePart.head(HTTPResponse(status: .ok, headerFields: [.contentLength: "5"])), promise: nil)
        channel.flush()
        #expect(try Self.drain(channel).map(\.readableBytes).reduce(0, +) > 0)
        channel.write(HTTPResponsePart.body(ByteBuffer(string: "hello")), promise: nil)
        channel.flush()
        #expect(try Self.drain(channel).map { String(buffer: $0) } == ["hello"])
        let taken = channel.eventLoop.makePromise(of: Void.self)
        channel.write(HTTPResponsePart.end(nil), promise: taken)
        channel.flush()
        try taken.futureResult.wait()
    }

    private static func responses(_ head: HTTPResponse) -> [[HTTPResponsePart]] {
        let body = HTTPResponsePart.body(ByteBuffer(string: "hello"))
        return [[.head(head), body, .end(nil)], [.head(head), .end(nil)], [.head(head), body, body, .end(nil)]]
    }

    private static func written(_ parts: [HTTPResponsePart], ours: Bool) throws -> String {
        try writes(parts, ours: ours).map { String(buffer: $0) }.joined()
    }

    private static func writes(_ parts: [HTTPResponsePart], ours: Bool) throws -> [ByteBuffer] {
        let channel = try channel(ours: ours)
        for part in parts { channel.write(part, promise: nil) }
        channel.flush()
        return try drain(channel)
    }

    private static func channel(ours: Bool) throws -> EmbeddedChannel {
        let channel = EmbeddedChannel()
        let pipeline = channel.pipeline.syncOperations
        try pipeline.addHandler(HTTPResponseEncoder())
        try pipeline.addHandler(HTTP1ToHTTPServerCodec(secure: false))
        if ours { try pipeline.addHandler(ResponseBytes()) }
        try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
        return channel
    }

    private static func drain(_ channel: EmbeddedChannel) throws -> [ByteBuffer] {
        var writes: [ByteBuffer] = []
        while let write = try channel.readOutbound(as: IOData.self) {
            if case .byteBuffer(let buffer) = write { writes.append(buffer) }
        }
        return writes
    }
}
