import NIOCore
import Testing

@testable import GatehouseHTTP

/// What is no request as RFC 9112 has it, and what is one but tries the bounds.
@Suite struct FramingTests {
    private func exchange(_ raw: String) async throws -> String {
        let service = try await RunningService.shared
        return String(decoding: try await service.exchange(Array(raw.utf8)), as: UTF8.self)
    }

    @Test(arguments: [
        "Content-Length: -5\r\n\r\nhello", "Content-Length: +5\r\n\r\nhello", "Content-Length: 5, 5\r\n\r\nhello",
        "Content-Length: 5\r\nContent-Length: 5\r\n\r\nhello", "Content-Length: 18446744073709551616\r\n\r\nhello",
        "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n",
        "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
        "Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
        "Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n",
        "Transfer-Encoding: gzip\r\n\r\nhello", "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n",
        "Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n", "Transfer-Encoding: \u{0B}chunked\r\n\r\n0\r\n\r\n",
        "Transfer-Encoding: chunked\r\n\r\n0x5\r\nhello\r\n0\r\n\r\n",
        "Transfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFFF\r\nx", "Transfer-Encoding: chunked\r\n\r\n5\nhello\n0\n\n",
        "X-A: a\u{0}b\r\n\r\n", "X-A: a\rb\r\n\r\n", "X-A: a\r\n b\r\n\r\n", ": a\r\n\r\n",
    ])
    func `A request of doubtful length or form gets a bare 400, and no second request is found in it`(
        rest: String
    ) async throws {
        let smuggled = "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"
        let text = try await exchange("POST /nope HTTP/1.1\r\nHost: x\r\n\(rest)\(smuggled)")
        #expect(!text.contains(" 200 OK"), "\(text)")
        #expect(text.undated.contains(String(buffer: HTTPConnection.badRequest)), "\(text)")
        #expect(try await RunningService.shared.send("GET", "/healthz").status == 200)
    }

    @Test func `A hundred and one fields, in the head or behind the body, are too many`() async throws {
        let head = "GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
        func fields(_ count: Int) -> String { String(repeating: "X-A: b\r\n", count: count) }
        #expect(try await exchange("\(head)\(fields(98))\r\n").hasPrefix("HTTP/1.1 200"))
        #expect(try await exchange("\(head)\(fields(99))\r\n").hasPrefix("HTTP/1.1 400"))
        let tenant = try await RunningService.shared.tenant()
        let chunked =
            "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\(fields(101))\r\n"
        let text = try await exchange("POST \(tenant.path("/v1/login")) HTTP/1.1\r\nHost: x\r\n\(chunked)")
        #expect(text.hasPrefix("HTTP/1.1 400"))
    }

    @Test(arguments: ["9223372036854775808", "2147483648", "16385"])
    func `A body announced as too large is refused before it comes`(length: String) async throws {
        let tenant = try await RunningService.shared.tenant()
        try await TCPClient.connected(to: tenant.service.port) { client in
            try await client.send(
                "POST \(tenant.path("/v1/login")) HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\n"
                    + "Content-Type: application/json\r\nContent-Length: \(length)\r\n\r\n")
            #expect(try await client.receive(until: "payload_too_large").hasPrefix("HTTP/1.1 413"))
        }
    }

    @Test func `Chunked is a coding whatever its case`() async throws {
        let tenant = try await RunningService.shared.tenant()
        let body = "Content-Type: application/json\r\nTransfer-Encoding:  Chunked \r\n\r\n2\r\n{}\r\n0\r\n\r\n"
        let path = tenant.path("/v1/login")
        let text = try await exchange("POST \(path) HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\(body)")
        #expect(text.hasPrefix("HTTP/1.1 422"))
    }

    @Test func `A client that waits for 100 Continue gets it, and then its answer`() async throws {
        let tenant = try await RunningService.shared.tenant()
        try await TCPClient.connected(to: tenant.service.port) { client in
            try await client.send(
                "POST \(tenant.path("/v1/login")) HTTP/1.1\r\nHost: x\r\nExpect: 100-Continue\r\n"
                    + "Content-Type: application/json\r\nContent-Length: 2\r\n\r\n")
            #expect(try await client.receive(until: "\r\n\r\n") == "HTTP/1.1 100 Continue\r\n\r\n")
            try await client.send("{}")
            #expect(try await client.receive(until: "validation_failed").hasPrefix("HTTP/1.1 422"))
        }
    }

    @Test(arguments: ["GET /healthz", "POST /nope", "CONNECT other.example:443"])
    func `A request to speak something else is answered in HTTP/1.1, and the connection closed`(
        line: String
    ) async throws {
        let upgrade = "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n"
        let text = try await exchange("\(line) HTTP/1.1\r\nHost: x\r\n\(upgrade)\r\n")
        #expect(text.hasPrefix(line.hasSuffix("/healthz") ? "HTTP/1.1 200" : "HTTP/1.1 404"))
        #expect(text.contains("Connection: close\r\n"))
    }

    @Test func `Targets in absolute form are taken, and methods of no route refused`() async throws {
        let close = "HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
        #expect(try await exchange("GET http://other.example/healthz \(close)").hasPrefix("HTTP/1.1 200"))
        #expect(try await exchange("GET http://[::1/healthz \(close)").hasPrefix("HTTP/1.1 404"))
        #expect(try await exchange("TRACE /healthz \(close)").hasPrefix("HTTP/1.1 405"))
        #expect(try await exchange("OPTIONS * \(close)").hasPrefix("HTTP/1.1 404"))
    }

    @Test(arguments: [
        "", "Host: x\r\nhost: y\r\n", "Host: x\r\nHost: x\r\n", "Host: a b\r\n", "Host: x/y@z\r\n", "Host: x, y\r\n",
        "Host: x:80x\r\n", "Host: x:80:80\r\n", "Host: a%2\r\n", "Host: a%zz\r\n", "Host: ä.example\r\n",
        "Host: [::1\r\n", "Host: []\r\n", "Host: [::1]a\r\n", "Host: [a b]\r\n",
    ])
    func `A request that doesn't say once to which host it goes gets a bare 400, and is the last`(
        fields: String
    ) async throws {
        let text = try await exchange(
            "GET /healthz HTTP/1.1\r\n\(fields)\r\nGET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
        #expect(text.undated == String(buffer: HTTPConnection.badRequest))
    }
}
