import NIOCore
import Testing

@testable import GatehouseHTTP

/// Deadlines and framing, over real sockets. Of the deadlines all but the one that is meant are longer than a test may take.
@Suite(.timeLimit(.minutes(2))) struct ConnectionTests {
    private static let endless = ConnectionDeadlines(
        head: .seconds(3600), request: .seconds(3600), response: .seconds(3600), idle: .seconds(3600))

    private func run<R: Sendable>(
        _ deadline: WritableKeyPath<ConnectionDeadlines, Duration>, _ duration: Duration,
        _ body: (RunningService) async throws -> R
    ) async throws -> R {
        var deadlines = Self.endless
        deadlines[keyPath: deadline] = duration
        return try await RunningService.run({ $0.http.deadlines = deadlines }, body)
    }

    @Test func `A connection that sends nothing, or half a head, is closed`() async throws {
        try await run(\.head, .milliseconds(200)) { service in
            for sent in ["", "GET /healthz HTTP/1.1\r\nHost: x\r\nX-Slow: "] {
                let clock = ContinuousClock.now
                let received = try await service.exchange(Array(sent.utf8))
                #expect(received.isEmpty)
                #expect(ContinuousClock.now - clock > .milliseconds(150), "it was given no time")
            }
        }
    }

    @Test func `A head that dribbles in is closed at its deadline`() async throws {
        try await run(\.head, .milliseconds(200)) { service in
            try await TCPClient.connected(to: service.port) { client in
                try await client.send("GET /healthz HTTP/1.1\r\nHost: ")
                // Goes on until nobody takes it any more, which would be never.
                while (try? await client.send("x")) != nil { try await Task.sleep(for: .milliseconds(10)) }
            }
        }
    }

    @Test func `A body that doesn't come is closed at the deadline of the request`() async throws {
        try await run(\.request, .milliseconds(400)) { service in
            let tenant = try await service.tenant()
            let head = """
                POST \(tenant.path("/v1/login")) HTTP/1.1\r
                Host: x\r
                Content-Type: application/json\r
                Content-Length: 100\r
                \r
                {"email":
                """
            let clock = ContinuousClock.now
            _ = try await service.exchange(Array(head.utf8))
            #expect(ContinuousClock.now - clock > .milliseconds(350), "it was given no time")
        }
    }

    @Test func `A kept-alive connection answers again and is closed when idle`() async throws {
        try await run(\.idle, .seconds(3)) { service in
            try await TCPClient.connected(to: service.port) { client in
                for _ in 0..<3 {
                    try await client.send("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
                    let reply = try await client.receive(until: "{\"status\":\"ok\"}")
                    #expect(reply.hasPrefix("HTTP/1.1 200 OK\r\n"))
                }
                #expect(try await client.receiveToEnd().isEmpty)
            }
        }
    }

    @Test func `An early refusal leaves the connection in use when the rest of the body has come`() async throws {
        let service = try await RunningService.shared
        try await TCPClient.connected(to: service.port) { client in
            try await client.send("POST /nope HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n12345")
            #expect(try await client.receive(until: "not_found").hasPrefix("HTTP/1.1 404"))
            try await client.send("67890GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
            #expect(try await client.receive(until: "ok\"}").hasPrefix("HTTP/1.1 200"))
        }
    }

    @Test func `Pipelined requests are answered in order`() async throws {
        let service = try await RunningService.shared
        try await TCPClient.connected(to: service.port) { client in
            try await client.send(
                "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\nGET /nope HTTP/1.1\r\nHost: x\r\nConnection: Close\r\n\r\n")
            let text = String(decoding: try await client.receiveToEnd(), as: UTF8.self)
            let first = try #require(text.firstRange(of: " 200 OK"))
            let second = try #require(text.firstRange(of: " 404 Not Found"))
            #expect(first.lowerBound < second.lowerBound)
        }
    }

    /// More than the sockets on both sides hold, so that the client's end is known before its answers are taken.
    @Test(arguments: [false, true])
    func `Answers that are still being taken are taken whole`(isLastToClose: Bool) async throws {
        let service = try await RunningService.shared
        let whole = try await service.send("GET", "/openapi.json").body
        try await TCPClient.connected(to: service.port) { client in
            let request = "GET /openapi.json HTTP/1.1\r\nHost: x\r\n"
            try await client.send(String(repeating: request + "\r\n", count: 40))
            try await client.send(request + (isLastToClose ? "Connection: close\r\n\r\n" : "\r\n"))
            if !isLastToClose { client.endSending() }
            let received = try await client.receiveToEnd()
            #expect(received.count > 41 * whole.count)
            #expect(received.suffix(whole.count).elementsEqual(whole))
        }
    }

    @Test(arguments: [
        "GARBAGE\r\n\r\n",
        "GET /healthz HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
        "POST /healthz HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n",
        "GET /healthz HTTP/1.1\r\nHost: x\r\nBad Header: 1\r\n\r\n", "BREW /healthz HTTP/1.1\r\nHost: x\r\n\r\n",
    ])
    func `Broken framing ends the connection with nothing but a bare 400`(raw: String) async throws {
        let service = try await RunningService.shared
        let text = String(decoding: try await service.exchange(Array(raw.utf8)), as: UTF8.self)
        #expect(text.undated == String(buffer: HTTPConnection.badRequest))
        #expect(try await service.send("GET", "/healthz").status == 200)
    }

    @Test func `Heads and targets are bounded`() async throws {
        let service = try await RunningService.shared
        let long = String(repeating: "x", count: 40_000)
        for head in ["GET /\(long) HTTP/1.1\r\n", "GET / HTTP/1.1\r\nX-Long: \(long)\r\n"] {
            let text = String(decoding: try await service.exchange(Array("\(head)\r\n".utf8)), as: UTF8.self)
            #expect(text.hasPrefix("HTTP/1.1 400 "), "\(text.prefix(60))")
        }
    }

    @Test func `Two large tokens in cookies fit`() async throws {
        let tenant = try await RunningService.shared.tenant()
        let token = String(repeating: "x", count: 8000)
        let cookies = ["Cookie": "\(tenant.accessCookie)=\(token); \(tenant.refreshCookie)=\(token)"]
        #expect(try await tenant.send("GET", "/v1/me", cookies).code == "invalid_token")
    }
}
