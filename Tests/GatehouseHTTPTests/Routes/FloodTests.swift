import NIOCore
import Testing

/// Clients that send far more than a request is, where the decoder has no bound of its own.
@Suite struct FloodTests {
    /// Sends this again and again until the service has had enough, and answers how many bytes that was and what came back.
    private func flood(_ beginning: String, _ text: String, atMost limit: Int) async throws -> (Int, String) {
        try await TCPClient.connected(to: RunningService.shared.port) { client in
            var sent = 0
            do {
                try await client.send(beginning)
                while sent < limit {
                    try await client.send(text)
                    sent += text.utf8.count
                }
            } catch is IOError {} catch is ChannelError {}
            let received = (try? await client.receiveToEnd()) ?? []
            return (sent, String(decoding: received, as: UTF8.self))
        }
    }

    private static let block = 64 * 1024

    @Test func `White space before a value has an end`() async throws {
        let text = String(repeating: " ", count: 70_000)
        let reply = try await RunningService.shared.exchange(
            Array("GET /healthz HTTP/1.1\r\nHost: x\r\nX-Space:\(text)".utf8))
        #expect(String(decoding: reply, as: UTF8.self).hasPrefix("HTTP/1.1 400"))
    }

    @Test(arguments: [
        "GET /healthz HTTP/1.1\r\nHost:", "",
        "POST /nope HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1;",
        "POST /nope HTTP/1.1\r\nHost: x\r\nContent-Length: 2147483648\r\n\r\n",
        "GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n",
    ])
    func `A request without end is cut off`(beginning: String) async throws {
        let limit = 64 << 20
        let filler = beginning.isEmpty ? "\r\n" : " "
        let (sent, _) = try await flood(
            beginning, String(repeating: filler, count: Self.block / filler.utf8.count), atMost: limit)
        #expect(sent < limit)
        #expect(try await RunningService.shared.send("GET", "/healthz").status == 200)
    }

    @Test func `Two hundred requests sent at once, with the sending side closed, get all their answers in order`()
        async throws
    {
        let service = try await RunningService.shared
        try await TCPClient.connected(to: service.port) { client in
            let requests = (0..<200).map { "GET /\($0 % 2 == 0 ? "healthz" : "nope") HTTP/1.1\r\nHost: x\r\n\r\n" }
            try await client.send(requests.joined())
            client.endSending()
            let text = String(decoding: try await client.receiveToEnd(), as: UTF8.self)
            let statuses = text.split(separator: "HTTP/1.1 ").map { $0.prefix(3) }
            #expect(statuses == (0..<200).map { $0 % 2 == 0 ? "200" : "404" })
        }
    }

    @Test func `What is broken behind good requests leaves them their answers`() async throws {
        let good = "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"
        let reply = try await RunningService.shared.exchange(Array("\(good)\(good)GARBAGE\r\n\r\n".utf8))
        let statuses = String(decoding: reply, as: UTF8.self).split(separator: "HTTP/1.1 ").map { $0.prefix(3) }
        #expect(statuses == ["200", "200", "400"])
    }
}
