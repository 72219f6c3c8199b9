import GatehouseHTTP
import Testing

/// What connections are told and given when the service ends.
@Suite(.timeLimit(.minutes(1))) struct EndingTests {
    private static let healthz = "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"

    /// With more time for who is idle than a busy machine takes for anything.
    private func run(_ body: (RunningService) async throws -> Void) async throws {
        try await RunningService.run({ $0.http.deadlines.idleAtEnd = .seconds(30) }, body)
    }

    @Test func `A request that has begun is answered, and is the last of its connection`() async throws {
        try await run { service in
            let path = try await service.tenant().path("/v1/login")
            try await TCPClient.connected(to: service.port) { half in
                try await TCPClient.connected(to: service.port) { body in
                    try await half.send("GET /nope HTTP/1.1\r\nHos")
                    try await body.send(
                        """
                        POST \(path) HTTP/1.1\r
                        Host: x\r
                        Content-Type: application/json\r
                        Expect: 100-continue\r
                        Content-Length: 2\r
                        \r

                        """)
                    _ = try await body.receive(until: "100 Continue")
                    await service.beginToEnd()
                    try await half.send("t: x\r\n\r\n")
                    try await body.send("{}")
                    let replies = [Reply(try await half.receiveToEnd()), Reply(try await body.receiveToEnd())]
                    #expect(replies.map(\.?.status) == [404, 422])
                    #expect(replies.allSatisfy { $0?.header("connection") == "close" })
                }
            }
        }
    }

    /// SwiftNIO would end the process for a connection that it accepts while the listener closes. What the system has queued
    /// by then is reset.
    @Test func `However many connect while it ends, it ends well`() async throws {
        for _ in 0..<8 {
            try await run { service in
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for _ in 0..<4 { group.addTask { await Self.askUntilRefused(port: service.port) } }
                    await service.beginToEnd()
                    try await group.waitForAll()
                }
            }
        }
    }

    private static func askUntilRefused(port: Int) async {
        do {
            while true {
                try await TCPClient.connected(to: port) { client in
                    try await client.send(healthz)
                    _ = try await client.receive(until: "ok\"}")
                }
            }
        } catch {
            // Nobody listens any more.
        }
    }

    @Test func `A client that goes on asking over its connection gets one more answer`() async throws {
        try await run { service in
            try await TCPClient.connected(to: service.port) { client in
                try await client.send(Self.healthz)
                let before = try await client.receive(until: "ok\"}")
                #expect(!before.lowercased().contains("connection: close"))
                await service.beginToEnd()
                try await client.send(Self.healthz)
                let reply = try #require(Reply(try await client.receiveToEnd()))
                #expect(reply.status == 200)
                #expect(reply.header("connection") == "close")
            }
        }
    }

    @Test func `Connections over which nothing is asked are closed, without their minute`() async throws {
        try await RunningService.run {
            $0.http.deadlines = ConnectionDeadlines(
                head: .seconds(3600), request: .seconds(3600), response: .seconds(3600), idle: .seconds(3600))
        } _: { service in
            try await TCPClient.connected(to: service.port) { used in
                try await TCPClient.connected(to: service.port) { fresh in
                    try await used.send(Self.healthz)
                    _ = try await used.receive(until: "ok\"}")
                    await service.beginToEnd()
                    #expect(try await used.receiveToEnd().isEmpty)
                    #expect(try await fresh.receiveToEnd().isEmpty)
                }
            }
        }
    }
}
