#if os(Linux)
    import GatehouseHTTP
    import TestSupport
    import Testing

    /// The crowd of `make soak` in small: deadlines of a second or two, and 60 connections.
    @Suite struct SlowClientTests {
        private static let deadlines = ConnectionDeadlines(
            head: .seconds(1), request: .milliseconds(1500), response: .milliseconds(1500), idle: .seconds(60))
        private static let tolerance = Duration.seconds(2)

        @Test func `Connections that drip or never read are closed in time while others are served`() async throws {
            try await RunningService.run({ $0.http.deadlines = Self.deadlines }) { service in
                let tenant = try await service.tenant()
                let user = try await tenant.user()
                let crowd = SlowClients(port: service.port, path: tenant.path(""), pause: .milliseconds(50))
                async let endings = crowd.run(ofEach: 20, patience: .seconds(20))
                for _ in 0..<20 { #expect(try await tenant.me(user.access).status == 200) }
                let all = await endings
                #expect(all.count == 60)
                for ending in all {
                    let due = ending.manner == .dripsHead ? Self.deadlines.head : Self.deadlines.request
                    // When the socket last took something is looked up four times a second.
                    let early = due - .milliseconds(ending.manner == .neverReads ? 600 : 50)
                    let lasted = try #require(ending.lasted, "never closed: \(ending.manner)")
                    #expect((early...due + Self.tolerance).contains(lasted), "\(ending.manner): \(lasted)")
                }
                #expect(SendQueues(ofPort: service.port).count == 0)
            }
        }
    }
#endif
