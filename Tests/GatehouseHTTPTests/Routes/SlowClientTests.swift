#if os(Linux)
    import GatehouseHTTP
    import TestSupport
    import Testing

    /// The crowd of `make soak` in small: deadlines of a second or two, and 60 connections.
    @Suite struct SlowClientTests {
        private static let deadlines = ConnectionDeadlines(
            head: .seconds(2), request: .seconds(3), response: .seconds(3), idle: .seconds(60))
        /// For a machine that has other things to do; without its deadline a connection has a minute, or all the time there is.
        private static let tolerance = Duration.seconds(10)

        @Test func `Connections that drip or never read are closed in time while others are served`() async throws {
            try await RunningService.run({ $0.http.deadlines = Self.deadlines }) { service in
                let tenant = try await service.tenant()
                let user = try await tenant.user()
                let crowd = SlowClients(port: service.port, path: tenant.path(""), pause: .milliseconds(50))
                async let endings = crowd.run(ofEach: 20, patience: .seconds(30))
                for _ in 0..<20 { #expect(try await tenant.me(user.access).status == 200) }
                let all = await endings
                #expect(all.count == 60)
                for ending in all {
                    let due = ending.manner == .dripsHead ? Self.deadlines.head : Self.deadlines.request
                    // An answer was begun some time before the socket last took a part of it.
                    let early = ending.manner == .neverReads ? .zero : due - .milliseconds(50)
                    let lasted = try #require(ending.lasted, "never closed: \(ending.manner)")
                    #expect(lasted.overlaps(early...due + Self.tolerance), "\(ending.manner): \(lasted)")
                }
                #expect(SendQueues(ofPort: service.port).count == 0)
            }
        }
    }
#endif
