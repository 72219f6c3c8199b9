import Gatehouse
import GatehouseHTTP
import Logging
import ServiceLifecycle
import TestSupport
import Testing

@Suite struct OperationsTests {
    /// The operations listener on a port that the system chose.
    private struct Listener: Sendable {
        let port: Int
        let readiness: Readiness
        let group: ServiceGroup

        static func run<R: Sendable>(
            databaseURL: String, metrics: String = "up 1\n", _ body: @Sendable (Listener) async throws -> R
        ) async throws -> R {
            var logger = Logger(label: "test")
            logger.logLevel = .critical
            let readiness = Readiness(
                databaseURL: databaseURL, sealer: KeySealer(master: .generate()), logger: logger)
            let (ports, continuation) = AsyncStream.makeStream(of: Int.self)
            let server = makeOperationsServer(
                readiness: readiness, metrics: { metrics }, configuration: .operations(port: 0), logger: logger
            ) { port in
                continuation.yield(port)
                continuation.finish()
            }
            let group = ServiceGroup(configuration: .init(services: [.init(service: server)], logger: logger))
            async let ending: Void = group.run()
            let port = try #require(await ports.first { _ in true })
            let result = try await body(Listener(port: port, readiness: readiness, group: group))
            await group.triggerGracefulShutdown()
            try await ending
            return result
        }

        func send(_ method: String, _ path: String) async throws -> Reply {
            let head = "\(method) \(path) HTTP/1.1\r\nHost: ops.test\r\nConnection: close\r\nX-Request-Id: r-1\r\n\r\n"
            let bytes = try await TCPClient.connected(to: port) { client in
                try await client.send(head)
                return try await client.receiveToEnd()
            }
            return try #require(Reply(bytes))
        }
    }

    private static func expectCommonHeaders(_ reply: Reply) {
        #expect(reply.header("cache-control") == "no-store")
        #expect(reply.header("x-content-type-options") == "nosniff")
        #expect(reply.header("x-request-id") == "r-1")
    }

    @Test("An instance that is ready says so with 200, and each check by name")
    func ready() async throws {
        try await RunningService.run { service in
            try await Listener.run(databaseURL: service.database.serviceURL) { listener in
                listener.readiness.enter(.serving)
                let reply = try await listener.send("GET", "/readyz")
                #expect(reply.status == 200)
                #expect(try reply.text("status") == "ready")
                let checks = try #require(try reply.json["checks"]?.objectValue)
                #expect(checks.names == ["serving", "database", "schema", "master_key", "clock"])
                #expect(checks.members.allSatisfy { $0.value == "ok" })
                Self.expectCommonHeaders(reply)
            }
        }
    }

    @Test("An instance without its database is unready with 503, and lives all the same")
    func unready() async throws {
        try await Listener.run(databaseURL: "postgres://127.0.0.1:\(FreePort.take())/gatehouse") { listener in
            listener.readiness.enter(.serving)
            let reply = try await listener.send("GET", "/readyz")
            #expect(reply.status == 503)
            #expect(try reply.text("status") == "unready")
            let fault = try reply.json["checks"]?.objectValue?["database"]?.stringValue
            #expect(fault == "can't be reached: nobody takes connections at its address")
            #expect(reply.header("content-type") == "application/json")
            Self.expectCommonHeaders(reply)
            #expect(try await listener.send("GET", "/healthz").status == 200)
        }
    }

    @Test("Metrics are Prometheus text, version 0.0.4")
    func metrics() async throws {
        try await Listener.run(databaseURL: "postgres://127.0.0.1:\(FreePort.take())/gatehouse") { listener in
            let reply = try await listener.send("GET", "/metrics")
            #expect(reply.status == 200)
            #expect(reply.header("content-type") == "text/plain; version=0.0.4; charset=utf-8")
            #expect(String(decoding: reply.body, as: UTF8.self) == "up 1\n")
            Self.expectCommonHeaders(reply)
            #expect(try await listener.send("HEAD", "/metrics").body.isEmpty)
        }
    }

    @Test("An answer that is being taken when the listener ends is taken whole", .timeLimit(.minutes(1)))
    func takenWhole() async throws {
        let nowhere = "postgres://127.0.0.1:\(FreePort.take())/gatehouse"
        let metrics = String(repeating: "up 1\n", count: 1 << 19)
        try await Listener.run(databaseURL: nowhere, metrics: metrics) { listener in
            let received = try await TCPClient.connected(to: listener.port) { client in
                try await client.send("GET /metrics HTTP/1.1\r\nHost: ops.test\r\n\r\n")
                var bytes = Array(try await client.receive(until: "\r\n\r\n").utf8)
                try await TCPClient.connected(to: listener.port) { idle in
                    try await idle.send("GET /healthz HTTP/1.1\r\nHost: ops.test\r\n\r\n")
                    _ = try await idle.receive(until: "ok\"}")
                    await listener.group.triggerGracefulShutdown()
                    // It has been idle for less long than the other would be, if taking an answer were being idle. What the sockets
                    // between hold is not all of it.
                    #expect(try await idle.receiveToEnd().isEmpty)
                }
                while bytes.count < metrics.utf8.count, let more = try await client.receive() { bytes += more }
                return bytes.count
            }
            #expect(received > metrics.utf8.count)
        }
    }

    @Test("Nothing of a tenant answers on the operations listener, and errors look as they do elsewhere")
    func nothingElse() async throws {
        try await Listener.run(databaseURL: "postgres://127.0.0.1:\(FreePort.take())/gatehouse") { listener in
            for path in ["/", "/t/shop/v1/me", "/t/shop/.well-known/jwks.json", "/openapi.json"] {
                try expectProblem(try await listener.send("GET", path), 404, "not_found")
            }
            try expectProblem(try await listener.send("POST", "/readyz"), 405, "method_not_allowed")
        }
    }

    @Test(
        "Of the operations listener's routes the public one answers /healthz alone", arguments: ["/readyz", "/metrics"])
    func notInPublic(path: String) async throws {
        let service = try await RunningService.shared
        try expectProblem(try await service.send("GET", path), 404, "not_found")
        #expect(try await service.send("GET", "/healthz").status == 200)
    }
}
