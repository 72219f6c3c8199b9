import Testing

@testable import Gatehouse

/// What a refresh or a sign-in comes to that meets an ending.
enum Meeting {
    /// It came in time, and what it was answered ends with the rest.
    case answered
    /// It came too late.
    case refused(Refusal)
    /// It began in time and waits for nobody, so that it may have looked before or after: nothing opens anything either way.
    case eitherWay(Refusal)

    func expect(_ answer: Result<IssuedSession, any Error>, at gate: Gate, isRetry: Bool = false) {
        switch (self, answer) {
        case (.answered, .success), (.eitherWay, .success): break
        case (.refused(let refusal), .failure(let error)), (.eitherWay(let refusal), .failure(let error)):
            #expect(error as? Refusal == refusal, "\(gate), retry: \(isRetry)")
        case (.answered, .failure(let error)): Issue.record(error, "\(gate), retry: \(isRetry)")
        case (.refused(let refusal), .success): Issue.record("no \(refusal.code): \(gate), retry: \(isRetry)")
        }
    }
}

extension Ending {
    /// That of a call which is held while this is done. From the moment when it has changed its row, this waits for it.
    ///
    /// - Parameter refusal: Where the tenant is still there.
    func meeting(_ refusal: Refusal, heldAt moment: Gate.Moment) -> Meeting {
        switch (moment, self) {
        // Whether a tenant is enabled is read, and its row not kept from being changed; a sign-in looks at the tenant again before it is
        // answered.
        case (_, .tenantDisabled), (.afterRow, .tenantDeleted), (.beforeCommit, .tenantDeleted):
            .eitherWay(.tenantNotFound)
        case (.afterRow, _), (.beforeCommit, _): .answered
        case (.beforeStatement, .tenantDeleted): .refused(.tenantNotFound)
        case (.beforeStatement, _): .refused(refusal)
        }
    }

    /// That of a refresh which comes while this is held at one of its gates.
    ///
    /// - Parameter isRetry: Whether the token has been refreshed before. Then nothing is written, nor anybody waited for.
    func meeting(ofRefreshAt gate: Gate, isRetry: Bool) -> Meeting {
        switch (gate.event, gate.moment) {
        // The tenant is disabled by then, and its sessions are gone.
        case ("delete on tenants", _): .refused(.tenantNotFound)
        case _ where isRetry: .answered
        // From here on the session is locked; the users' rows are changed before the sessions, or deleted with them.
        case ("update of ended_at on refresh_tokens", .afterRow),
            ("update of ended_at on refresh_tokens", .beforeCommit),
            ("update of password_version on users", .beforeCommit), ("update of disabled_at on users", .beforeCommit),
            ("delete on users", .afterRow), ("delete on users", .beforeCommit):
            .refused(.sessionEnded)
        default: .answered
        }
    }

    /// That of a sign-in which comes while this, which bars its user or tenant, is held at one of its gates.
    func meeting(ofLogInAt gate: Gate) -> Meeting {
        switch (gate.event, gate.moment) {
        case ("delete on tenants", _): .refused(.tenantNotFound)
        // A sign-in waits neither for the tenant's row nor for its keys.
        case ("update of disabled_at on tenants", _), ("delete on signing_keys", _): .answered
        // The user is locked beforehand.
        default: .refused(.invalidCredentials)
        }
    }
}
