import FoundationEssentials
import Gatehouse
import HTTPTypes
import NIOCore
import NIOEmbedded
import NIOHTTP1
import NIOHTTPTypesHTTP1
import Testing

@testable import GatehouseHTTP

@Suite("A response in one buffer") struct ResponseTests {
    private static let answers: [Answer] = {
        let statuses: [HTTPResponse.Status] = [
            .ok, .created, .accepted, .noContent, .notModified, .badRequest, .unauthorized, .tooManyRequests,
            .serviceUnavailable, .init(code: 299, reasonPhrase: "Seldom"),
        ]
        let bodies: [Answer.Body] = [
            .none, .bytes([], contentType: "text/plain"),
            .bytes(Array("{\"é\":1}".utf8), contentType: "application/json"),
            .problem(Problem(.badRequest, code: "malformed_json", detail: "No.")),
        ]
        return statuses.flatMap { status in
            bodies.map { body in
                var answer = Answer(status: status, body: body)
                answer.headers[.vary] = "Origin"
                for line in ["a=1; Path=/", "b=\u{E9}; Path=/"] { answer.setCookie(line) }
                if status == .ok { answer.cacheControl = "public, max-age=300" }
                return answer
            }
        }
    }()

    @Test("has the very bytes that SwiftNIO's encoder writes for it", arguments: [false, true], [false, true])
    func equal(isLast: Bool, toHead: Bool) throws {
        for answer in Self.answers {
            for isHTTPS in [false, true] {
                var response = answer.response(requestID: "a-1", isHTTPS: isHTTPS, toHead: toHead)
                response.traceParent = isHTTPS ? "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01" : nil
                let bytes = response.bytes(date: "now", isLast: isLast, allocator: ByteBufferAllocator())
                #expect(try String(buffer: bytes) == Self.encoded(response, isLast: isLast))
            }
        }
    }

    @Test("says of a body that HEAD doesn't get how long it is, and nothing of one that can't be")
    func lengths() throws {
        func text(_ status: HTTPResponse.Status, _ body: Answer.Body, toHead: Bool) -> String {
            let response = Answer(status: status, body: body).response(requestID: "a", isHTTPS: true, toHead: toHead)
            return String(buffer: response.bytes(date: "", isLast: false, allocator: ByteBufferAllocator()))
        }
        let body = Answer.Body.bytes(Array("hello".utf8), contentType: "text/plain")
        #expect(text(.ok, body, toHead: true).contains("\r\nContent-Length: 5\r\n"))
        #expect(text(.ok, body, toHead: true).hasSuffix("\r\n\r\n"))
        #expect(text(.ok, body, toHead: false).hasSuffix("\r\n\r\nhello"))
        #expect(text(.accepted, .none, toHead: false).contains("\r\nContent-Length: 0\r\n"))
        for status in [HTTPResponse.Status.noContent, .notModified] {
            #expect(!text(status, .none, toHead: false).contains("Content-Length"))
        }
    }

    @Test("is the last of its connection where the problem says so")
    func last() {
        func response(_ fault: RequestFault) -> Response {
            Answer.problem(Problem(fault)).response(requestID: "a", isHTTPS: false, toHead: false)
        }
        #expect(response(.payloadTooLarge).endsConnection)
        #expect(response(.tooManyConnections).endsConnection)
        #expect(!response(.notFound).endsConnection)
    }

    @Test(
        "has its date as RFC 9110 has it",
        arguments: [
            (784_111_777.0, "Sun, 06 Nov 1994 08:49:37 GMT"), (0, "Thu, 01 Jan 1970 00:00:00 GMT"),
            (1_709_251_199.999, "Thu, 29 Feb 2024 23:59:59 GMT"), (1_795_680_000, "Thu, 26 Nov 2026 08:00:00 GMT"),
        ])
    func date(seconds: Double, text: String) {
        #expect(ResponseDates().text(of: Date(timeIntervalSince1970: seconds)) == text)
    }

    @Test("has the date of each second, written anew when it begins")
    func dates() {
        let dates = ResponseDates()
        let texts = [0.0, 0.9, 1, 0.5].map { dates.text(of: Date(timeIntervalSince1970: $0)) }
        #expect(texts.map { $0.suffix(6).prefix(2) } == ["00", "00", "01", "00"])
    }

    /// What SwiftNIO makes of the same fields in the same order.
    private static func encoded(_ response: Response, isLast: Bool) throws -> String {
        var head = HTTPResponse(status: response.status, headerFields: response.fields)
        let body = response.content?.bytes ?? []
        let fields: [(String, String?)] = [
            ("X-Request-Id", response.requestID), ("Cache-Control", response.cacheControl),
            ("Content-Security-Policy", response.contentSecurityPolicy), ("X-Content-Type-Options", "nosniff"),
            ("Cross-Origin-Resource-Policy", "same-origin"), ("Referrer-Policy", "no-referrer"),
            ("Strict-Transport-Security", response.isHTTPS ? "max-age=31536000" : nil),
            ("Content-Type", response.content?.type), ("Content-Length", String(body.count)),
            ("traceparent", response.traceParent), ("Date", "now"), ("Connection", isLast ? "close" : nil),
        ]
        for case (let name, let value?) in fields {
            head.headerFields.append(HTTPField(name: .known(name), value: value))
        }
        let channel = EmbeddedChannel()
        try channel.pipeline.syncOperations.addHandler(HTTPResponseEncoder())
        channel.write(HTTPServerResponsePart.head(HTTPResponseHead(head)), promise: nil)
        if !response.isHeadOnly, ![.noContent, .notModified].contains(response.status) {
            channel.write(HTTPServerResponsePart.body(.byteBuffer(ByteBuffer(bytes: body))), promise: nil)
        }
        channel.writeAndFlush(HTTPServerResponsePart.end(nil), promise: nil)
        var text = ""
        while let write = try channel.readOutbound(as: IOData.self) {
            if case .byteBuffer(let buffer) = write { text += String(buffer: buffer) }
        }
        _ = try channel.finish()
        return text
    }
}
