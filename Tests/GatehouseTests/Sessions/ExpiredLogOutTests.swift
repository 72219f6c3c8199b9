import FoundationEssentials
import Testing

@testable import Gatehouse

/// An access token may outlive its session: what it signs out then.
@Suite(.installation) struct ExpiredLogOutTests {
    private let installation: Installation
    private let tenant: ServedTenant
    private let expired: IssuedSession

    init() async throws {
        installation = try await Installation.make()
        tenant = try await installation.tenant { $0.sessionMaxAge = .seconds(100) }
        expired = try await installation.register(in: tenant)
        try await installation.age(expired, by: 100, in: tenant)
    }

    @Test("A session that has expired signs out no other one", arguments: LogOutScope.allCases)
    func others(scope: LogOutScope) async throws {
        let other = try await installation.logIn(in: tenant)
        try await installation.service.logOut(
            .accessToken(expired.accessToken), scope: scope, from: Installation.client, in: tenant)
        #expect(try await installation.isAlive(other, in: tenant))
    }

    @Test("Those that had expired are ended with the others, and the trail doesn't count them")
    func counted() async throws {
        let first = try await installation.logIn(in: tenant)
        _ = try await installation.logIn(in: tenant)
        try await installation.service.changePassword(
            current: Password(Installation.password), new: Password(Installation.newPassword),
            of: try await installation.signedIn(first, in: tenant), from: Installation.client, in: tenant)
        let last = try await installation.logIn(password: Installation.newPassword, in: tenant)
        try await installation.age(last, by: 100, in: tenant)
        try await installation.service.logOut(
            .accessToken(first.accessToken), scope: .global, from: Installation.client, in: tenant)
        let details = { (type: AuditEventType) in
            try await installation.administration.listEvents(tenant: "shop", type: type, age: nil, limit: 10).map(
                \.detail)
        }
        #expect(try await details(.passwordChanged) == [["sessions_ended": 1]])
        #expect(try await details(.sessionLoggedOut) == [["scope": "global", "sessions_ended": 1]])
        #expect(try await installation.liveSessions(in: tenant) == 0)
    }

    @Test(
        "A session that was signed out after it had expired isn't brought back by a longer lifetime",
        arguments: [LogOutScope.local, .global])
    func longerLifetime(scope: LogOutScope) async throws {
        try await installation.service.logOut(
            .accessToken(expired.accessToken), scope: scope, from: Installation.client, in: tenant)
        var change = TenantSettingsChange()
        change.sessionMaxAge = .seconds(1000)
        _ = try await installation.administration.updateTenant("shop", change: change)
        await #expect(throws: Refusal.sessionEnded) {
            try await installation.refresh(expired.refreshToken, in: tenant)
        }
    }
}
