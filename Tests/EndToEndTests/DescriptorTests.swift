#if os(Linux)
    import Foundation
    import TestSupport
    import Testing

    @Suite("The limit of open files")
    struct DescriptorTests {
        /// Runs the service from a shell that sets a limit first.
        private func serving(
            _ limit: String, _ body: (Installation, RunningProgram) async throws -> Void
        ) async throws {
            let place = try await Installation.migrated()
            let program = try RunningProgram(
                "/bin/sh", ["-c", "ulimit \(limit); exec \"$0\" serve", Program.path], environment: place.environment)
            defer { program.send(SIGKILL) }
            try await eventually("the service") { try? await HTTP.get("\(place.url)/healthz") }
            try await body(place, program)
        }

        @Test("A service started with few takes as many as it may have")
        func raised() async throws {
            try await serving("-Sn 256") { _, program in
                let limits = ProcessFacts(id: program.id).descriptorLimits
                let hard = try #require(limits.last.flatMap(Int.init))
                #expect(limits.first == "\(min(hard, 65_536))")
                #expect(!program.errors.contains("limit of open files"))
            }
        }

        /// Those that find no room wait in the system's queue, and are served when others leave.
        @Test("More clients than descriptors leave the service with what it needs itself, and at rest")
        func exhausted() async throws {
            try await serving("-n 256") { place, program in
                #expect(program.errors.contains("limit of open files"))
                let service = ProcessFacts(id: program.id)
                let crowd = (0..<400).map { _ in SilentClient(port: place.port) }
                try await eventually("the crowd", within: .seconds(5)) { service.descriptors > 128 ? true : nil }
                let begun = service.work
                try await Task.sleep(for: .seconds(1))
                #expect(service.work - begun < .milliseconds(300), "it spins")
                #expect(service.descriptors < 256 - 32, "nothing is left for the database")
                for client in crowd { client.leave() }
                #expect(try await HTTP.get("\(place.url)/healthz").status == 200)
            }
        }
    }
#endif
