import FoundationEssentials
import Synchronization
import Testing

@testable import Gatehouse

@Suite(.installation) struct ReadAuditTests {
    @Test("Events are listed newest first, of one type and one time where asked for, and of one tenant alone")
    func list() async throws {
        let installation = try await Installation.make()
        _ = try await installation.tenant()
        _ = try await installation.tenant("blog")
        _ = try await installation.rotate(force: true)
        _ = try await installation.administration.disableTenant("shop")
        func types(_ type: AuditEventType? = nil, age: Duration? = nil, limit: Int = 100) async throws -> [String] {
            try await installation.administration.listEvents(tenant: "shop", type: type, age: age, limit: limit)
                .map(\.type)
        }
        #expect(try await types() == ["tenant.disabled", "keys.rotated", "tenant.created"])
        #expect(try await types(.keysRotated) == ["keys.rotated"])
        #expect(try await types(limit: 1) == ["tenant.disabled"])
        try await installation.asSuperuser(
            "update audit_events set at = at - interval '2 h' where type = 'tenant.created'")
        #expect(try await types(age: .seconds(3600)) == ["tenant.disabled", "keys.rotated"])
        let blog = try await installation.administration.listEvents(tenant: "blog", type: nil, age: nil, limit: 10)
        #expect(blog.map(\.type) == ["tenant.created"])
        let event = try #require(blog.first)
        #expect(event.actor == "tests" && event.userID == nil && event.detail == [:])
    }

    @Test(
        "Who follows sees every event from then on once, also one whose transaction took long", .timeLimit(.minutes(1)))
    func follow() async throws {
        let installation = try await Installation.make()
        _ = try await installation.tenant()
        let seen = Mutex<[String]>([])
        let following = Task {
            try await installation.administration.followEvents(tenant: "shop", type: nil, every: .milliseconds(5)) {
                event in
                seen.withLock { $0.append(event.type) }
            }
        }
        defer { following.cancel() }
        // Nothing tells when it has begun but what it shows.
        while seen.withLock({ $0.isEmpty }) {
            _ = try await installation.administration.enableTenant("shop")
        }
        let begun = seen.withLock { $0.count }
        try await installation.administration.changing("shop") { transaction, tenant in
            try await installation.administration.record(.userEnabled, in: transaction, tenant: tenant.id)
            try await installation.administration.trail.record(.userDisabled, in: transaction, tenant: tenant.id)
        }
        _ = try await installation.rotate(force: true)
        while !seen.withLock({ $0.contains("keys.rotated") }) { await Task.yield() }
        let types = seen.withLock { Array($0.dropFirst(begun)) }.filter { $0 != "tenant.enabled" }
        #expect(types == ["user.enabled", "user.disabled", "keys.rotated"])
    }

    @Test("What becomes visible late is shown, and nothing twice, over full pages too")
    func window() throws {
        let start = Date(timeIntervalSince1970: 1_800_000_000)
        func event(_ seconds: Double) -> RecordedEvent {
            RecordedEvent(
                id: UUID(), at: start.addingTimeInterval(seconds), actor: "a", type: "t", userID: nil, sessionID: nil,
                address: nil, userAgent: nil, detail: [:])
        }
        var all = (0..<2500).map { event(Double($0) * 0.01) }
        var window = AuditWindow(start: start)
        var shown: [UUID] = []
        func look() {
            while true {
                let page = all.filter { $0.at >= window.start }.sorted { $0.at < $1.at }.prefix(AuditWindow.page)
                shown += window.unseen(of: Array(page)).map(\.id)
                if page.count < AuditWindow.page { return }
            }
        }
        look()
        #expect(shown == all.map(\.id))
        let late = event(3.005)
        all.append(late)
        for _ in 0..<3 { look() }
        #expect(shown.count == 2501 && shown.last == late.id)
    }
}
