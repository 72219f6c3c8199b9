import FoundationEssentials
import Postgres

extension Administration {
    /// The newest events of a tenant, newest first; of one type, of one user, not older than `age` and of as long ago as `until` at the
    /// least, where that is asked for. Throws `userNotFound`.
    public func listEvents(
        tenant slug: String, type: AuditEventType?, user: String? = nil, age: Duration?, until: Duration? = nil,
        limit: Int
    ) async throws -> [RecordedEvent] {
        let tenant = try await showTenant(slug).id
        var query = AuditQuery(tenant: tenant, type: type, limit: limit)
        query.user = try await subject(user, in: tenant)
        if age != nil || until != nil {
            let now = try await databaseTime()
            query.since = age.map { Self.moment($0, before: now) }
            query.until = until.map { Self.moment($0, before: now) }
        }
        return try await database.query(AuditStatements.newest, query, in: tenant)
    }

    /// Calls `show` with every event of a tenant that is recorded from now on, or since as long ago as `age`, in the order in which
    /// they become visible, each once; what is older than some minutes in that of the ids. Goes on until the task is cancelled, or an error
    /// is thrown.
    ///
    /// A look reads what is recent, however long ago the first one was: an event that becomes visible more than a minute after its own
    /// moment may be left out.
    public func followEvents(
        tenant slug: String, type: AuditEventType?, user: String? = nil, age: Duration? = nil,
        every pause: Duration = .milliseconds(500), _ show: (RecordedEvent) throws -> Void
    ) async throws {
        let tenant = try await showTenant(slug).id
        let user = try await subject(user, in: tenant)
        let start = Self.moment(age ?? .zero, before: try await databaseTime())
        try await followEvents(of: tenant, type: type, user: user, from: start, every: pause, show)
    }

    /// The same for events from `start` on.
    func followEvents(
        of tenant: UUID, type: AuditEventType?, user: UUID? = nil, from start: Date, every pause: Duration,
        _ show: (RecordedEvent) throws -> Void
    ) async throws {
        let shown = try await showPast(of: tenant, type: type, user: user, from: start, show)
        var window = AuditWindow(start: max(start, shown.until))
        while true {
            // Asked for before the look and not by it, so that whatever was committed until then is seen.
            let now = try await databaseTime()
            window.beginLook(at: now)
            var events: [RecordedEvent]
            repeat {
                let query = AuditQuery(
                    tenant: tenant, type: type, user: user, since: window.start, after: window.after,
                    beyond: shown.lastID, limit: AuditWindow.page)
                events = try await database.query(AuditStatements.oldest, query, in: tenant)
                for event in window.unseen(of: events) { try show(event) }
            } while events.count == AuditWindow.page
            // Nothing tells of new events, so the trail is looked at again; a cancelled task ends here.
            try await Task.sleep(for: pause)
        }
    }

    /// Shows the events from `start` on that no others can join any more, in the order of their ids, each read once. Until which moment
    /// that was all of them, and up to which id.
    private func showPast(
        of tenant: UUID, type: AuditEventType?, user: UUID?, from start: Date, _ show: (RecordedEvent) throws -> Void
    ) async throws -> (until: Date, lastID: UUID) {
        var query = AuditQuery(tenant: tenant, type: type, user: user, since: start, limit: AuditWindow.page)
        while true {
            let until = try await databaseTime() - Self.settling
            query.until = until
            let events = try await database.query(AuditStatements.past, query, in: tenant)
            for event in events { try show(event) }
            guard events.count == AuditWindow.page, let last = events.last else { return (until, query.lastID) }
            query.beyond = last.id
        }
    }

    /// Whose events are asked for. An id is taken as it is: of a user who is gone the trail knows nothing else.
    private func subject(_ idOrName: String?, in tenant: UUID) async throws -> UUID? {
        guard let idOrName else { return nil }
        if let id = UUID(uuidString: String(idOrName.trimmingASCIISpace())) { return id }
        return try await findUser(idOrName, in: tenant).id
    }

    /// What is late has a minute. The highest id that an event of a moment may have is of a minute later, and an event with that id may be
    /// of another minute later.
    private static var settling: Duration { .seconds(180) }

    private static func moment(_ age: Duration, before now: Date) -> Date { now - min(age, longestTrail) }

    /// Older than any event, and a time that PostgreSQL knows.
    private static var longestTrail: Duration { .seconds(200 * 366 * 86_400) }

    func databaseTime() async throws -> Date {
        guard let now = try await database.untenanted.first(DatabaseClock.now, ()) else {
            throw Refusal.databaseUnavailable
        }
        return now
    }
}
