import Gatehouse
import Logging
import Postgres
import TestSupport
import Testing

@testable import GatehouseHTTP

@Suite("The log", .timeLimit(.minutes(2)))
struct RequestLogTests {
    private static let members: Set = [
        "request_id", "method", "route", "status", "duration_ms", "tenant", "trace_id",
    ]

    /// Runs `body` with a service of its own, and gives its log.
    private static func logged(
        _ body: @Sendable (RunningService, KeptLog) async throws -> Void
    ) async throws -> [KeptLog.Line] {
        let log = KeptLog()
        try await RunningService.run {
            $0.logger = log.logger(.request)
        } _: { service in
            try await body(service, log)
        }
        return log.lines
    }

    private static func requests(_ lines: [KeptLog.Line]) -> [KeptLog.Line] {
        lines.filter { $0.metadata["route"] != nil }
    }

    @Test("has one line for each request: which route, which tenant, which status, how long, and how to find the trace")
    func members() async throws {
        let lines = try await Self.logged { service, _ in
            let tenant = try await service.tenant()
            let reply = try await tenant.send(
                "POST", "/v1/login?secret=1", json: ["email": "a@b.example", "password": "x"])
            #expect(reply.status == 401)
            #expect(try await tenant.send("GET", "/.well-known/jwks.json").status == 200)
        }
        let requests = Self.requests(lines)
        #expect(requests.count == 2 && requests.allSatisfy { $0.level == .info && $0.message == "answered" })
        #expect(requests.allSatisfy { Set($0.metadata.keys) == Self.members })
        #expect(requests.map { $0.metadata["route"] } == ["/t/{tenant}/v1/login", "/t/{tenant}/.well-known/jwks.json"])
        #expect(requests.map { $0.metadata["status"] } == ["401", "200"])
        #expect(requests.map { $0.metadata["method"] } == ["POST", "GET"])
        #expect(requests.allSatisfy { $0.metadata["tenant"]?.hasPrefix("t") == true })
        #expect(
            requests.allSatisfy {
                $0.metadata["trace_id"]?.count == 32 && Double($0.metadata["duration_ms"] ?? "") != nil
            })
    }

    @Test("repeats nothing that a client made up: no path, no tenant that isn't there, no method")
    func madeUp() async throws {
        let lines = try await Self.logged { service, _ in
            let asked = [
                ("GET", "/made-up/x%0Ay"), ("GET", "/t/made-up/v1/me"), ("PROPFIND", "/t/made-up/v1/me"),
                ("GET", "/t/made-up/v1/nothing"),
            ]
            for (method, path) in asked {
                let reply = try await service.send(method, path, ["X-Request-Id": "made up"])
                #expect(reply.status == 404)
            }
        }
        let requests = Self.requests(lines)
        #expect(requests.count == 4 && requests.allSatisfy { $0.metadata["status"] == "404" && $0.level == .info })
        #expect(requests.map { $0.metadata["route"] } == ["", "/t/{tenant}/v1/me", "/t/{tenant}/v1/me", ""])
        #expect(requests.map { $0.metadata["method"] } == ["GET", "GET", "_OTHER", "GET"])
        #expect(!"\(lines)".contains("made") && !"\(lines)".contains("PROPFIND"))
    }

    @Test("is louder about failures of ours, and quiet about what only asks whether we live")
    func levels() async throws {
        let lines = try await Self.logged { service, _ in
            let tenant = try await service.tenant()
            #expect(try await service.send("GET", "/healthz").status == 200)
            try await service.sql("alter table users rename to elsewhere")
            #expect(try await tenant.logIn("a@example.com").status == 500)
            await service.pool.close()
            #expect(try await tenant.logIn("a@example.com").status == 503)
        }
        let requests = Self.requests(lines)
        #expect(requests.map(\.level) == [.debug, .error, .warning])
        #expect(requests.map { $0.metadata["error"] } == [nil, "SQLSTATE 42P01", "closed"])
    }

    @Test("says of a 503 what keeps the database from answering, with its SQLSTATE")
    func databaseAway() async throws {
        let lines = try await Self.logged { service, _ in
            let tenant = try await service.tenant()
            try await service.sql("alter database \(service.database.name) with connection limit 0")
            service.pool.renew()
            #expect(try await tenant.logIn("a@example.com").status == 503)
        }
        let request = try #require(Self.requests(lines).last)
        #expect(request.metadata["status"] == "503")
        #expect(request.level == .warning)
        #expect(request.metadata["error"] == "too_many_connections (SQLSTATE 53300)")
    }

    @Test("has a line for a request that its client gave up: told that it ended early, or gone")
    func cutShort() async throws {
        let lines = try await Self.logged { service, log in
            let tenant = try await service.tenant()
            let head =
                "POST \(tenant.path("/v1/login")) HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
                + "Content-Length: 100\r\n"
            let half = "\r\n{\"email\":"
            try await TCPClient.connected(to: service.port) { client in
                try await client.send(head + half)
                client.endSending()
                #expect(try await client.receive(until: "malformed_request").hasPrefix("HTTP/1.1 400"))
            }
            try await TCPClient.connected(to: service.port) { client in
                try await client.send(head + "Expect: 100-continue\r\n" + half)
                // Which it gets when its head has been read.
                #expect(try await client.receive(until: "\r\n\r\n").hasPrefix("HTTP/1.1 100"))
                try await client.reset()
            }
            try await wait { Self.requests(log.lines).count == 2 }
        }
        let requests = Self.requests(lines)
        #expect(requests.map { $0.metadata["status"] } == ["400", "499"])
        #expect(requests.map(\.message) == ["answered", "connection ended early"])
        #expect(requests.allSatisfy { $0.level == .info && Set($0.metadata.keys) == Self.members })
    }

    @Test("names the request and its trace wherever something is said while it is answered")
    func correlation() async throws {
        let lines = try await Self.logged { service, _ in
            let tenant = try await service.tenant { $0.grace = .zero }
            let user = try await tenant.user()
            #expect(try await tenant.refresh(user.refresh).status == 200)
            #expect(try await tenant.refresh(user.refresh).status == 401)
        }
        let request = try #require(Self.requests(lines).last)
        let warning = try #require(lines.first { $0.metadata["route"] == nil && $0.metadata["request_id"] != nil })
        #expect(warning.level == .warning)
        #expect(warning.metadata["request_id"] == request.metadata["request_id"])
        #expect(warning.metadata["trace_id"] == request.metadata["trace_id"])
    }
}
