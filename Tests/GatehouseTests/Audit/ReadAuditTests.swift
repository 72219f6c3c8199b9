import FoundationEssentials
import Postgres
import Synchronization
import TestSupport
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
        func types(
            _ type: AuditEventType? = nil, age: Duration? = nil, until: Duration? = nil, limit: Int = 100
        ) async throws -> [String] {
            try await installation.administration.listEvents(
                tenant: "shop", type: type, age: age, until: until, limit: limit
            ).map(\.type)
        }
        #expect(try await types() == ["tenant.disabled", "keys.rotated", "tenant.created"])
        #expect(try await types(.keysRotated) == ["keys.rotated"])
        #expect(try await types(limit: 1) == ["tenant.disabled"])
        // An event's id is of the time it was made at.
        try await installation.asSuperuser(
            """
            update audit_events set at = at - interval '2 h', id = ('00000000' || substr(id::text, 9))::uuid
            where type = 'tenant.created'
            """)
        #expect(try await types(age: .seconds(3600)) == ["tenant.disabled", "keys.rotated"])
        #expect(try await types(until: .seconds(3600)) == ["tenant.created"])
        #expect(try await types(age: .seconds(7000), until: .seconds(3600)) == [])
        let blog = try await installation.administration.listEvents(tenant: "blog", type: nil, age: nil, limit: 10)
        #expect(blog.map(\.type) == ["tenant.created"])
        let event = try #require(blog.first)
        #expect(event.actor == "tests" && event.userID == nil && event.detail == [:])
    }

    @Test("Events of one user are listed, what an operator did and what is left of a deleted user among them")
    func listOfUser() async throws {
        let installation = try await Installation.make()
        let tenant = try await installation.tenant()
        let office = installation.administration
        let ada = try #require(try await installation.register(in: tenant).user?.id.lowercaseString)
        _ = try await installation.register("bob@example.com", in: tenant)
        _ = try await office.disableUser(tenant: "shop", user: ada)
        _ = try await office.disableUser(tenant: "shop", user: "bob@example.com")
        func types(_ user: String, _ type: AuditEventType? = nil, limit: Int = 10) async throws -> [String] {
            try await office.listEvents(tenant: "shop", type: type, user: user, age: .seconds(3600), limit: limit)
                .map(\.type)
        }
        #expect(try await types("ada@example.com") == ["user.disabled", "user.registered"])
        #expect(try await types(ada, limit: 1) == ["user.disabled"])
        #expect(try await types(ada, .userRegistered) == ["user.registered"])
        _ = try await office.deleteUser(tenant: "shop", user: ada)
        #expect(try await types(ada) == ["user.deleted", "user.disabled", "user.registered"])
        await #expect(throws: Refusal.userNotFound) { try await types("ada@example.com") }
    }

    @Test("Who follows one user is shown what was and what comes, and nothing of others", .timeLimit(.minutes(1)))
    func followUser() async throws {
        let installation = try await Installation.make()
        let tenant = try await installation.tenant().tenant.id.lowercaseString
        let (ada, bob) = (UUID(), UUID())
        let hourAgo = try await installation.administration.databaseTime().addingTimeInterval(-3600)
        for (number, user) in [ada, bob].enumerated() {
            let id = UUID(version7At: hourAgo, random: number == 0 ? .min : .max).lowercaseString
            try await installation.asSuperuser(
                """
                insert into audit_events (tenant_id, id, at, actor, type, user_id)
                values ('\(tenant)', '\(id)', now() - interval '1 h', 'user', 'login.succeeded', '\(user.lowercaseString)')
                """)
        }
        let follower = Follower()
        let following = Task {
            try await installation.administration.followEvents(
                tenant: "shop", type: nil, user: ada.lowercaseString, age: .seconds(7200), every: .milliseconds(5),
                follower.show)
        }
        defer { following.cancel() }
        try await installation.administration.changing("shop") { transaction, tenant in
            for user in [bob, ada] {
                try await installation.administration.record(
                    .userDisabled, in: transaction, tenant: tenant.id, user: user)
            }
        }
        try await follower.wait(for: "user.disabled")
        #expect(follower.events.map(\.type) == ["login.succeeded", "user.disabled"])
        #expect(follower.events.allSatisfy { $0.userID == ada })
    }

    @Test(
        "Who follows sees every event from then on once, also one whose transaction took long", .timeLimit(.minutes(1)))
    func follow() async throws {
        let installation = try await Installation.make()
        _ = try await installation.tenant()
        let follower = Follower()
        let following = try await follower.begin(in: installation)
        defer { following.cancel() }
        let begun = follower.types.count
        try await installation.administration.changing("shop") { transaction, tenant in
            try await installation.administration.record(.userEnabled, in: transaction, tenant: tenant.id)
            try await installation.administration.trail.record(.userDisabled, in: transaction, tenant: tenant.id)
        }
        _ = try await installation.rotate(force: true)
        try await follower.wait(for: "keys.rotated")
        let types = follower.types.dropFirst(begun).filter { !$0.hasPrefix("tenant.") }
        #expect(types == ["user.enabled", "user.disabled", "keys.rotated"])
    }

    @Test("Who follows from a while ago is shown what was recorded since, and then what comes", .timeLimit(.minutes(1)))
    func followSince() async throws {
        let installation = try await Installation.make()
        _ = try await installation.tenant()
        try await installation.asSuperuser("update audit_events set at = at - interval '2 h'")
        _ = try await installation.administration.disableTenant("shop")
        let follower = Follower()
        let following = Task {
            try await installation.administration.followEvents(
                tenant: "shop", type: nil, age: .seconds(3600), every: .milliseconds(5), follower.show)
        }
        defer { following.cancel() }
        try await follower.wait(for: "tenant.disabled")
        _ = try await installation.rotate(force: true)
        try await follower.wait(for: "keys.rotated")
        #expect(follower.types == ["tenant.disabled", "keys.rotated"])
    }

    @Test("Who follows from long ago is shown each event once, in the order of its id", .timeLimit(.minutes(1)))
    func followLongAgo() async throws {
        let installation = try await Installation.make()
        let tenant = try await installation.tenant().tenant.id.lowercaseString
        let hourAgo = try await installation.administration.databaseTime().addingTimeInterval(-3600)
        let first = UUID(version7At: hourAgo, random: 0).lowercaseString
        // In the order of their moments they would be shown the other way round.
        try await installation.asSuperuser(
            """
            insert into audit_events (tenant_id, id, at, actor, type)
            select '\(tenant)', ('\(first.prefix(24))' || lpad(to_hex(n), 12, '0'))::uuid,
                now() - interval '1 h' - n * interval '1 ms', 'service', 'login.failed'
            from generate_series(1, \(2 * AuditWindow.page + 1)) n
            """)
        let follower = Follower()
        let following = Task {
            try await installation.administration.followEvents(
                tenant: "shop", type: nil, age: .seconds(7200), every: .milliseconds(5), follower.show)
        }
        defer { following.cancel() }
        try await follower.wait(for: "tenant.created")
        _ = try await installation.rotate(force: true)
        try await follower.wait(for: "keys.rotated")
        let ids = follower.events.map(\.id)
        #expect(ids == Set(ids).sorted())
        #expect(follower.types.count { $0 == "login.failed" } == 2 * AuditWindow.page + 1)
    }

    @Test("What was recorded until a moment is looked for among the ids of up to a minute later")
    func lastID() {
        let until = Date(timeIntervalSince1970: 1_800_000_000)
        let query = AuditQuery(tenant: UUID(), until: until, limit: 1)
        #expect(query.lastID > UUID(version7At: until.addingTimeInterval(59), random: 0))
        #expect(query.lastID < UUID(version7At: until.addingTimeInterval(61), random: 0))
    }

    @Test("Who follows comes past a moment that has a page of events and more", .timeLimit(.minutes(1)))
    func crowdedMoment() async throws {
        let installation = try await Installation.make()
        let tenant = try await installation.tenant().tenant.id.lowercaseString
        let follower = Follower()
        let following = try await follower.begin(in: installation)
        defer { following.cancel() }
        try await installation.asSuperuser(
            """
            insert into audit_events (tenant_id, id, at, actor, type)
            select '\(tenant)', ('ffffffff-ffff-7fff-bfff-' || lpad(to_hex(n), 12, '0'))::uuid, now(), 'service', 'login.failed'
            from generate_series(1, \(AuditWindow.page + 1)) n
            """)
        _ = try await installation.rotate(force: true)
        try await follower.wait(for: "keys.rotated")
        #expect(follower.types.count { $0 == "login.failed" } == AuditWindow.page + 1)
        #expect(follower.types.count { $0 == "keys.rotated" } == 1)
    }

    @Test("Who follows events that don't come looks a minute back, and not to when they began", .timeLimit(.minutes(1)))
    func quietType() async throws {
        let installation = try await Installation.make()
        let tenant = try await installation.tenant().tenant.id
        let began = try await installation.administration.databaseTime().addingTimeInterval(-600)
        let follower = Follower()
        let following = Task {
            try await installation.administration.followEvents(
                of: tenant, type: .keysRotated, from: began, every: .milliseconds(5), follower.show)
        }
        defer { following.cancel() }
        try await installation.waitForLook()
        let late = began.addingTimeInterval(60)
        try await installation.asSuperuser(
            """
            insert into audit_events (tenant_id, id, at, actor, type)
            values ('\(tenant.lowercaseString)', '\(UUID(version7At: late, random: 0).lowercaseString)',
                now() - interval '9 min', 'somebody late', 'keys.rotated')
            """)
        _ = try await installation.rotate(force: true)
        try await follower.wait(for: "keys.rotated")
        #expect(follower.events.map(\.actor) == ["tests"])
    }

    @Test("The window moves on while there is nothing to be shown, and leaves what is late its minute")
    func quietWindow() {
        let start = Date(timeIntervalSince1970: 1_800_000_000)
        var window = AuditWindow(start: start)
        for minute in 1...10 {
            window.beginLook(at: start.addingTimeInterval(Double(minute) * 60))
            #expect(window.unseen(of: []).isEmpty)
            #expect(window.start == start.addingTimeInterval(Double(minute - 1) * 60))
        }
    }

    @Test("What becomes visible late is shown, and nothing twice, over full pages too")
    func window() throws {
        let start = Date(timeIntervalSince1970: 1_800_000_000)
        func event(_ seconds: Double) -> RecordedEvent {
            RecordedEvent(
                id: UUID(), at: start.addingTimeInterval(seconds), actor: "a", type: "t", userID: nil, sessionID: nil,
                address: nil, userAgent: nil, detail: [:])
        }
        var all = (0..<3000).map { event(Double($0) * 0.01) }
        var window = AuditWindow(start: start)
        var shown: [UUID] = []
        func look() {
            while true {
                let next = all.filter { ($0.at, $0.id) > (window.start, window.after) }
                let page = next.sorted { ($0.at, $0.id) < ($1.at, $1.id) }.prefix(AuditWindow.page)
                shown += window.unseen(of: Array(page)).map(\.id)
                if page.count < AuditWindow.page { return }
            }
        }
        look()
        #expect(shown == all.map(\.id))
        let late = event(3.005)
        all.append(late)
        for _ in 0..<3 { look() }
        #expect(shown.count == 3001 && shown.last == late.id)
    }
}

/// Whoever follows the shop's events, and what they have been shown.
private final class Follower: Sendable {
    private let seen = Mutex<[RecordedEvent]>([])
    var events: [RecordedEvent] { seen.withLock { $0 } }
    var types: [String] { events.map(\.type) }

    func show(_ event: RecordedEvent) {
        seen.withLock { $0.append(event) }
    }

    /// Returns when something has been shown: nothing else tells that it has begun.
    func begin(in installation: Installation) async throws -> Task<Void, any Error> {
        let following = Task {
            try await installation.administration.followEvents(
                tenant: "shop", type: nil, every: .milliseconds(5), show)
        }
        while types.isEmpty {
            _ = try await installation.administration.disableTenant("shop")
            _ = try await installation.administration.enableTenant("shop")
        }
        return following
    }

    /// Within the time limit of the test.
    func wait(for type: String) async throws {
        while !types.contains(type) {
            try Task.checkCancellation()
            await Task.yield()
        }
    }
}

extension Installation {
    /// Returns when whoever follows events has looked for them once.
    fileprivate func waitForLook() async throws {
        let looked = Statement<Void, Bool>(
            "select exists (select from pg_stat_activity where datname = current_database() and state = 'idle' and query = $1)",
            bind: { _ in AuditStatements.oldest.sql }, row: { (looked: Bool) in looked })
        let connection = try await Connection.open(database.superuserURL)
        while try await connection.first(looked, ()) != true {
            try Task.checkCancellation()
            await Task.yield()
        }
        await connection.close()
    }
}
