import FoundationEssentials
import Testing

@testable import Gatehouse

/// A session may outlive its refresh tokens, as one does that a thief rotates on while its owner is away: what an expired one
/// ends.
@Suite(.installation) struct ExpiredTokenLogOutTests {
    private let installation: Installation
    private let tenant: ServedTenant
    private let first: IssuedSession

    init() async throws {
        installation = try await Installation.make()
        tenant = try await installation.tenant()
        first = try await installation.register(in: tenant)
    }

    /// The same claims with a time that was over a year ago, signed by the tenant's key.
    private func expired(_ token: String, tenantID: UUID? = nil) throws -> String {
        try tenant.forged(token) {
            $0.expiresAt -= 365 * 86_400
            $0.tenantID = tenantID ?? $0.tenantID
        }
    }

    private func logOut(by token: String, _ scope: LogOutScope = .local) async throws {
        try await installation.service.logOut(
            .refreshToken(token), scope: scope, from: Installation.client, in: tenant)
    }

    @Test(
        "A superseded refresh token that has expired signs out what its scope names",
        arguments: [(LogOutScope.local, [false, true]), (.others, [true, false]), (.global, [false, false])])
    func superseded(scope: LogOutScope, alive: [Bool]) async throws {
        let other = try await installation.logIn(in: tenant)
        let second = try await installation.refresh(first.refreshToken, in: tenant)
        let newest = try await installation.refresh(second.refreshToken, in: tenant)
        let old = try expired(first.refreshToken)
        await #expect(throws: Refusal.tokenExpired) { try await installation.refresh(old, in: tenant) }
        try await logOut(by: old, scope)
        for (session, lives) in zip([newest, other], alive) {
            #expect(try await installation.isAlive(session, in: tenant) == lives)
        }
    }

    @Test("So does the newest refresh token, where a longer lifetime has been set since it was made")
    func lengthened() async throws {
        try await logOut(by: try expired(first.refreshToken))
        #expect(try await !installation.isAlive(first, in: tenant))
    }

    @Test("One that another tenant's claims stand in, or whose signature is another's, is invalid however old it is")
    func forged() async throws {
        let old = try expired(first.refreshToken)
        for token in [try expired(first.refreshToken, tenantID: UUID()), String(old.dropLast(4)) + "AAAA"] {
            await #expect(throws: Refusal.invalidToken) { try await logOut(by: token) }
        }
        #expect(try await installation.isAlive(first, in: tenant))
    }

    @Test("An API client revokes a session by an expired refresh token, which introspection says is not active")
    func revoked() async throws {
        let client = try await installation.client()
        let newest = try await installation.refresh(first.refreshToken, in: tenant)
        for token in [first, newest] {
            #expect(try await installation.introspect(try expired(token.refreshToken), client, in: tenant) == nil)
        }
        #expect(try await installation.isAlive(newest, in: tenant))
        try await installation.service.revoke(
            try expired(first.refreshToken), by: client, from: Installation.client, in: tenant)
        #expect(try await !installation.isAlive(newest, in: tenant))
    }
}
