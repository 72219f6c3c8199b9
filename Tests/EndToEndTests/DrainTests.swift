#if os(Linux)
    import Foundation
    import TestSupport
    import Testing

    @Suite("The end of a running service", .timeLimit(.minutes(2)))
    struct DrainTests {
        private static let credentials = ["email": "ada@example.com", "password": goodPassword]

        private static func place() async throws -> Installation {
            var place = try await Installation.migrated()
            place.settings["GATEHOUSE_LIMITS"] = "off"
            _ = try await Program.admin("tenant", "create", "shop", in: place)
            return place
        }

        private static func isDraining(_ place: Installation) async throws -> Bool {
            let answer = try await HTTP.get("\(place.opsURL)/readyz")
            return answer.status == 503 && (answer.json["checks"] as? [String: String])?["serving"] == "draining"
        }

        /// Deletions of accounts, because no other statement is given a minute: each waits for another session of its user.
        @Test("Requests that wait for the database when SIGTERM comes are answered, while /readyz says that it drains")
        func waitingRequests() async throws {
            let place = try await Self.place()
            let shop = "\(place.url)/t/shop/v1"
            try await place.serving { program in
                var tokens: [String] = []
                for number in 0..<6 {
                    let person = ["email": "person\(number)@example.com", "password": goodPassword]
                    _ = try await HTTP.post("\(shop)/register", person)
                    tokens.append(try await HTTP.post("\(shop)/login", person).text("access_token"))
                }
                let firstOfEach = "select distinct on (user_id) id from refresh_tokens order by user_id, created_at"
                let requests = try await place.holding(
                    "select id::text from refresh_tokens where id in (\(firstOfEach)) for update"
                ) {
                    let requests = tokens.map { token in Task { try await Self.delete(shop, token) } }
                    try await eventually("the requests") { try await place.waitingSessions() == 6 ? true : nil }
                    program.send(SIGTERM)
                    try await eventually("the word of it") { try await Self.isDraining(place) ? true : nil }
                    try await eventually("the end of the listener") {
                        (try? await HTTP.get("\(place.url)/healthz")) == nil ? true : nil
                    }
                    #expect(try await Self.isDraining(place))
                    return requests
                }
                for request in requests { #expect(try await request.value == 204) }
                #expect(try await place.count("select count(*) from users") == 0)
                #expect(await program.waitForEnd() == 0, "\(program.errors)")
            }
        }

        private static func delete(_ shop: String, _ token: String) async throws -> Int {
            let headers = ["Authorization": "Bearer \(token)", "Content-Type": "application/json"]
            let body = try JSONSerialization.data(withJSONObject: ["current_password": goodPassword])
            return try await HTTP.send("DELETE", "\(shop)/me", headers, body: body).status
        }

        @Test("Under load no request that was begun is lost")
        func underLoad() async throws {
            let place = try await Self.place()
            try await place.serving { program in
                let clients = try await BusyClients.register(24, at: place)
                let (answers, answered) = AsyncStream.makeStream(of: Void.self)
                let tally = try await withThrowingTaskGroup(of: KeptAliveClient.Tally.self) { group in
                    for client in clients {
                        group.addTask { await client.run { answered.yield() } }
                    }
                    group.addTask {
                        for await _ in answers.prefix(300) {}
                        program.send(SIGTERM)
                        return KeptAliveClient.Tally()
                    }
                    return try await group.reduce(KeptAliveClient.Tally(), +)
                }
                #expect(await program.waitForEnd() == 0, "\(program.errors)")
                print(
                    "\(tally.answered) answered, \(tally.toldToLeave) told to leave, \(tally.closedWhileIdle) closed while",
                    "idle, \(tally.closedWhenNew) when new, \(tally.lost.count) lost")
                #expect(tally.lost.isEmpty)
                // What was done is what clients were told of: no answer was made and then not sent.
                let done = program.errors.split(separator: "\n").count {
                    $0.contains("\"status\":200") && $0.contains("\"tenant\":\"shop\"")
                }
                #expect(done == tally.answered)
                #expect(tally.answered > 300)
                #expect(tally.toldToLeave > 0)
            }
        }

        @Test("While the delay lasts it serves as before; a second signal ends it at once")
        func delayAndSecondSignal() async throws {
            var place = try await Self.place()
            place.settings["GATEHOUSE_DRAIN_DELAY"] = "5m"
            try await place.serving { [place] program in
                program.send(SIGTERM)
                try await eventually("the word of it") { try await Self.isDraining(place) ? true : nil }
                let registered = try await HTTP.post("\(place.url)/t/shop/v1/register", Self.credentials)
                #expect(registered.status == 201)
                program.send(SIGINT)
                #expect(await program.waitForEnd() == 128 + SIGINT)
            }
        }

        @Test("A service manager hears when it is ready, that it lives, and when it ends", arguments: ["@", "/tmp/"])
        func serviceManager(prefix: String) async throws {
            let name = "\(prefix)gatehouse-test-\(UUID().uuidString)"
            let manager = try #require(NotifySocket(named: name))
            let place = try await Self.place()
            let environment = ["NOTIFY_SOCKET": manager.name, "WATCHDOG_USEC": "100000", "GATEHOUSE_DRAIN_DELAY": "1s"]
            try await place.serving(environment) { program in
                var heard: [String] = []
                /// After what it heard before.
                func hears(_ message: String) async throws {
                    let index = try await eventually("“\(message)”") {
                        heard += manager.receive()
                        return heard.firstIndex(of: message)
                    }
                    heard.removeFirst(index + 1)
                }
                try await hears("READY=1\nSTATUS=Serving on 127.0.0.1:\(place.port).")
                for _ in 0..<3 { try await hears("WATCHDOG=1") }
                program.send(SIGTERM)
                try await hears("STOPPING=1\nSTATUS=Answering what has been asked.")
                try await hears("WATCHDOG=1")
                #expect(await program.waitForEnd() == 0)
            }
        }
    }
#endif
