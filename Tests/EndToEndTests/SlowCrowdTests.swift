#if os(Linux)
    import Foundation
    import TestSupport
    import Testing

    @Suite("A crowd of slow clients", .enabled(if: ProcessInfo.processInfo.environment["GATEHOUSE_SOAK"] != nil))
    struct SlowCrowdTests {
        private static let ofEach = 667
        private static let honest = 8
        /// For the machine, which has everything to do at once.
        private static let tolerance = Duration.seconds(3)

        @Test(
            "2,001 connections that drip or never read are closed in time, and nobody else notices",
            .timeLimit(.minutes(5)))
        func soak() async throws {
            try DescriptorRoom.make(for: 3 * Self.ofEach)
            let place = try await Self.place()
            try await place.serving { program in
                let service = ProcessFacts(id: program.id)
                let tally = FleetTally()
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for number in 0..<Self.honest {
                        group.addTask { [url = place.url] in
                            await Self.beHonest("client\(number)", at: "\(url)/t/shop", tally)
                        }
                    }
                    try await eventually("the honest clients") { (tally.now.done["me"] ?? 0) >= 16 ? true : nil }
                    let before = (memory: service.memory, descriptors: service.descriptors)
                    let peak = Peak(of: service)
                    let endings = await SlowClients(port: place.port, path: "/t/shop", pause: .milliseconds(500))
                        .run(ofEach: Self.ofEach, patience: .seconds(120))
                    let most = await peak.end()
                    let after = try await eventually("the end of what the crowd left", within: .seconds(10)) {
                        service.descriptors <= before.descriptors + 2 ? service.descriptors : nil
                    }
                    tally.end()
                    try await group.waitForAll()
                    print(
                        """
                        memory \(before.memory), at most \(most.memory), then \(service.memory) MiB; descriptors \
                        \(before.descriptors), at most \(most.descriptors), then \(after); honest: \(tally.now.done)
                        """)
                    expect(endings)
                    #expect(tally.now.failed.isEmpty, "\(tally.now.failed.count): \(tally.now.failed.prefix(5))")
                    #expect(most.descriptors > before.descriptors + 2 * Self.ofEach, "they were not there at once")
                    #expect(most.memory < before.memory + 256)
                }
            }
        }

        private static func place() async throws -> Installation {
            var place = try await Installation.migrated()
            place.settings["GATEHOUSE_LIMITS"] = "off"
            _ = try await Program.admin("tenant", "create", "shop", in: place)
            // Every key makes the answer longer that is not read.
            for _ in 0..<20 { _ = try await Program.admin("keys", "rotate", "shop", "--force", in: place) }
            return place
        }

        private func expect(_ endings: [SlowClients.Ending]) {
            #expect(endings.count == 3 * Self.ofEach)
            for manner in SlowClients.Manner.allCases {
                let lasted = endings.filter { $0.manner == manner }.compactMap(\.lasted)
                let (first, last) = (lasted.map(\.lowerBound).min() ?? .zero, lasted.map(\.upperBound).max() ?? .zero)
                print("\(manner): \(lasted.count) closed after \(first) to \(last)")
                let due = Duration.seconds(manner == .dripsHead ? 10 : 15)
                #expect(lasted.count == Self.ofEach)
                // An answer was begun some time before the socket last took a part of it.
                let early = manner == .neverReads ? .zero : due - .milliseconds(50)
                #expect(lasted.allSatisfy { $0.overlaps(early...due + Self.tolerance) }, "\(manner)")
            }
        }

        /// Signs in, refreshes and asks who it is, again and again.
        private static func beHonest(_ name: String, at door: String, _ tally: FleetTally) async {
            let account = ["email": "\(name)@example.com", "password": goodPassword]
            do {
                tally.note("register", try await HTTP.post("\(door)/v1/register", account), expecting: 201)
                while !tally.isOver {
                    let session = try await HTTP.post("\(door)/v1/login", account)
                    tally.note("login", session)
                    let next = try await HTTP.post(
                        "\(door)/v1/refresh", ["refresh_token": session.text("refresh_token")])
                    tally.note("refresh", next)
                    tally.note("me", try await HTTP.get("\(door)/v1/me", bearer: next.text("access_token")))
                    try await Task.sleep(for: .milliseconds(100))
                }
            } catch {
                tally.fail("\(name): \(error)")
            }
        }
    }

    /// The most memory and descriptors that a process has had while this looked, four times a second.
    private struct Peak {
        typealias Most = (memory: Int, descriptors: Int)
        private let look: Task<Most, Never>

        init(of process: ProcessFacts) {
            look = Task {
                var most: Most = (0, 0)
                while !Task.isCancelled {
                    most = (max(most.memory, process.memory), max(most.descriptors, process.descriptors))
                    try? await Task.sleep(for: .milliseconds(250))
                }
                return most
            }
        }

        func end() async -> Most {
            look.cancel()
            return await look.value
        }
    }
#endif
