import Gatehouse
import Testing

/// Input that nobody means well by: the listed 4xx, never a 500, and nothing written. With a service of its
/// own, because it counts rows.
@Suite struct HostileInputTests {
    private static let bytes: [[UInt8]] = [
        [], [0], [0xFF, 0xFE], Array("{".utf8), Array("[]".utf8), Array("\"\"".utf8), Array("{\"a\":}".utf8),
        Array(#"{"email":"\u0000","password":"\ud800"}"#.utf8), Array(#"{"\u0000":1}"#.utf8),
        Array(#"{"email":"a@example.com\u0000","password":"vivid-Otter47-lintel-quasar"}"#.utf8),
        Array("{\"email\":\"a@example.com\0\"}".utf8), address,
        Array(#"{"password":"x"}"#.utf8), Array(#"{"email":{},"password":[],"delivery":7}"#.utf8),
        Array((String(repeating: "{\"a\":", count: 2000) + "1").utf8), Array(#"{"email":1e999999,"password":-0}"#.utf8),
        [0xEF, 0xBB, 0xBF] + Array("{}".utf8), Array(repeating: 0x20, count: 16 * 1024),
        Array(repeating: 0x78, count: 16 * 1024 + 1), Array(repeating: 0x5B, count: 1_000_000),
    ]

    private static let address = Array(#"{"email":"a@example.com"}"#.utf8)
    private static let lookalikes = ["\u{200B}a", "\u{212A}"].map { name in
        Array("{\"email\":\"\(name)@example.com\",\"password\":\"vivid-Otter47-lintel-quasar\"}".utf8)
    }
    /// Nothing is wrong with these where they are sent: a mail is asked for, a session ended, a password guessed.
    private static let taken: [String: [[UInt8]]] = [
        "/v1/login": lookalikes, "/v1/logout": [[]], "/v1/login/email": [address], "/v1/password/forgot": [address],
        "/v1/email/verification": [[], address],
    ]

    @Test func `Broken bodies are 4xx on every route that reads one, and nothing is written`() async throws {
        try await RunningService.run { service in
            let tenant = try await service.tenant { $0.emailLogin = .code }
            let user = try await tenant.user()
            let before = try await service.countRows()
            #expect(before["users"] == 1 && before["failed_attempts"] == 0, "\(before)")
            for (method, path) in jsonRoutes {
                for bytes in Self.bytes + Self.lookalikes where Self.taken[path]?.contains(bytes) != true {
                    let reply = try await service.send(
                        method, tenant.path(path), ["Content-Type": "application/json"] + user.bearer, body: bytes)
                    let expected = [400, 401, 413, 422]
                    #expect(expected.contains(reply.status), "\(method) \(path) \(bytes.prefix(40)): \(reply)")
                    #expect(reply.code != nil)
                }
            }
            #expect(try await service.countRows() == before)
            #expect(try await tenant.me(user.access).json["name"] == .null)
            for bytes in Self.lookalikes {
                #expect(try await tenant.send("POST", "/v1/login", raw: bytes).code == "invalid_credentials")
            }
        }
    }

    @Test(
        arguments: [
            ("email", 7), ("email", nil), ("email", []), ("email", [:]), ("email", true), ("email", ""),
            ("email", "plain"),
            ("email", "a@b@example.com"), ("email", "a b@example.com"), ("email", "a@example.com\u{0}"),
            ("password", 12_345_678), ("password", nil), ("password", "Xy7-q\u{0}vivid-Otter47"), ("username", ""),
            ("username", "with space"), ("username", "naïve"), ("username", 5), ("name", ""), ("name", "a\nb"),
            ("name", 1),
            ("delivery", "pigeon"), ("delivery", 1), ("delivery", nil),
        ] as [(String, JSON)])
    func `Register refuses a bad field and names it`(field: String, value: JSON) async throws {
        let tenant = try await RunningService.shared.tenant()
        let reply = try await tenant.register(randomEmail(), [field: value])
        #expect(reply.status == 422)
        #expect(reply.code == "validation_failed")
        #expect(reply.fields == [field])
    }

    @Test func `Fields at their edges`() async throws {
        let tenant = try await RunningService.shared.tenant()
        for (field, value) in [
            ("password", String(repeating: "ǖ", count: 257)), ("username", String(repeating: "a", count: 65)),
            ("name", String(repeating: "x", count: 201)),
            ("email", String(repeating: "a", count: 243) + "@example.com"),
        ] {
            #expect(try await tenant.register(randomEmail(), [field: .string(value)]).fields == [field])
        }
        let long = try await tenant.logIn(randomEmail(), String(repeating: "x", count: 257))
        #expect(long.code == "validation_failed")
        #expect(try await tenant.logIn(randomEmail(), String(repeating: "x", count: 256)).code == "invalid_credentials")
    }

    @Test(arguments: ["role", "id", "tenant_id", "email_verified", "password_hash", "Email", "nonsense"])
    func `An unknown member is named, and nothing happens`(member: String) async throws {
        let tenant = try await RunningService.shared.tenant { $0.emailLogin = .code }
        let user = try await tenant.user()
        let email = randomEmail()
        let (own, current): (JSON, JSON) = (.string(user.email), .string(goodPassword))
        let bodies: [String: JSONObject] = [
            "POST /v1/register": ["email": .string(email), "password": current],
            "POST /v1/login": ["email": own, "password": current],
            "POST /v1/refresh": ["refresh_token": .string(user.refresh)], "POST /v1/logout": ["scope": "global"],
            "PATCH /v1/me": ["name": "Changed"], "DELETE /v1/me": ["current_password": current],
            "POST /v1/password": ["current_password": current, "new_password": "another-Lintel92-quasar"],
            "POST /v1/password/forgot": ["email": own],
            "POST /v1/password/reset": ["token": "x", "new_password": "another-Lintel92-quasar"],
            "POST /v1/email": ["email": .string(email), "current_password": current],
            "POST /v1/email/confirm": ["token": "x"], "POST /v1/email/undo": ["token": "x"],
            "POST /v1/email/verification": ["email": own],
            "POST /v1/email/verify": ["email": own, "code": "12345678"],
            "POST /v1/login/email": ["email": own], "POST /v1/login/email/verify": ["email": own, "code": "12345678"],
        ]
        for (method, path) in jsonRoutes {
            var body = try #require(bodies["\(method) \(path)"])
            body[member] = "x"
            let needsBearer = ["/v1/me", "/v1/password", "/v1/logout", "/v1/email"].contains(path)
            let reply = try await tenant.send(method, path, needsBearer ? user.bearer : [:], json: .object(body))
            #expect(reply.code == "validation_failed", "\(method) \(path)")
            #expect(reply.fields == [member], "\(method) \(path)")
        }
        #expect(try await tenant.register(email).status == 201)
        #expect(try await tenant.me(user.access).json["name"] == .null)
        #expect(try await tenant.refresh(user.refresh).status == 200)
    }

    @Test func `A body over 16 KiB is refused, declared or chunked, and one below is read`() async throws {
        let service = try await RunningService.shared
        let tenant = try await service.tenant()
        for size in [17_000, 1_000_000] {
            let reply = try await tenant.logIn("a@example.com", String(repeating: "x", count: size))
            #expect(reply.status == 413)
            #expect(reply.code == "payload_too_large")
        }
        let head = "POST \(tenant.path("/v1/login")) HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
        let chunk = "3E8\r\n\(String(repeating: "x", count: 1000))\r\n"
        let chunked = "\(head)Transfer-Encoding: chunked\r\n\r\n\(String(repeating: chunk, count: 64))0\r\n\r\n"
        let reply = try #require(Reply(try await service.exchange(Array(chunked.utf8))))
        #expect(reply.code == "payload_too_large")
        #expect(reply.header("connection") == "close")
        #expect(try await tenant.logIn("a@example.com", String(repeating: "x", count: 15_000)).status == 422)
    }
}
