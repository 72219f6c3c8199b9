import Dispatch
import Synchronization
import Testing

@testable import Webhooks

@Suite("Look-ups of names", .timeLimit(.minutes(1)))
struct SystemResolverTests {
    /// Name servers that take their time.
    private final class SlowServers: Sendable {
        static let answer = [InternetAddress.v4(0x0808_0808)]

        private let gate = DispatchSemaphore(value: 0)
        private let asked = Mutex<[String]>([])

        var questions: [String] { asked.withLock { $0 } }

        func addresses(of host: String) -> [InternetAddress] {
            asked.withLock { $0.append(host) }
            gate.wait()
            return Self.answer
        }

        /// Lets one question be answered.
        func release() { gate.signal() }
    }

    private let servers: SlowServers
    private let resolver: SystemResolver

    init() {
        let servers = SlowServers()
        self.servers = servers
        resolver = SystemResolver(limit: 1) { servers.addresses(of: $0) }
    }

    @Test("All who ask for a name while it is looked up have one answer, and beyond the limit no other is looked up")
    func sharing() async throws {
        async let first = resolver.addresses(of: "hooks.example.com")
        async let second = resolver.addresses(of: "hooks.example.com")
        try await waitForAskers(2)
        #expect(await resolver.addresses(of: "other.example.com") == nil)
        #expect(await resolver.addresses(of: "8.8.8.8") == SlowServers.answer)
        #expect(await resolver.addresses(of: "::1") == [.v6(1)])
        servers.release()
        let answers = await [first, second]
        #expect(answers == [SlowServers.answer, SlowServers.answer])
        #expect(servers.questions == ["hooks.example.com"])

        servers.release()
        #expect(await resolver.addresses(of: "other.example.com") == SlowServers.answer)
        #expect(servers.questions == ["hooks.example.com", "other.example.com"])
    }

    @Test("Who gives up waiting leaves the answer to others, and the place is taken until it comes")
    func givingUp() async throws {
        let hasty = Task { [resolver] in await resolver.addresses(of: "hooks.example.com") }
        try await waitForAskers(1)
        hasty.cancel()
        let nothing = await hasty.value
        #expect(nothing?.isEmpty == true)
        #expect(await resolver.addresses(of: "other.example.com") == nil)
        async let patient = resolver.addresses(of: "hooks.example.com")
        try await waitForAskers(2)
        servers.release()
        let answer = await patient
        #expect(answer == SlowServers.answer && servers.questions.count == 1)
    }

    @Test(
        "A webhook whose receiver can't be looked up for want of room says so, rather than that there is no such name")
    func webhook() async throws {
        async let dead = resolver.addresses(of: "dead.example.com")
        try await waitForAskers(1)
        let fault = try await WebhookClient(resolver: resolver)
            .fault(postingTo: "https://hooks.example.com/", allowingPrivate: false)
        #expect(fault == .overloaded)
        servers.release()
        _ = await dead
    }

    private func waitForAskers(_ count: Int) async throws {
        while resolver.askers < count {
            try Task.checkCancellation()
            await Task.yield()
        }
    }
}
