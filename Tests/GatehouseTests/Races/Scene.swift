import FoundationEssentials
import Postgres
import TestSupport
import Testing

@testable import Gatehouse

/// A fresh tenant with a user who has two sessions: one that is going to be ended, and another.
struct Scene: Sendable {
    let installation: Installation
    /// As an instance has it that hasn't heard of what comes.
    let tenant: ServedTenant
    let user: User
    let session: IssuedSession
    /// A generation after `session`, so that there is one to be presented again.
    let refreshed: IssuedSession
    let other: IssuedSession

    static let newPassword = "another-Lintel92-quasar"

    static func make(in installation: Installation, rotations: Int = 1) async throws -> Scene {
        let tenant = try await installation.tenant("s" + String(UInt64.random(in: .min ... .max), radix: 36)) {
            $0.algorithm = .hs256
        }
        let session = try await installation.register(in: tenant)
        var refreshed = session
        for _ in 0..<rotations { refreshed = try await installation.refresh(refreshed.refreshToken, in: tenant) }
        return Scene(
            installation: installation, tenant: tenant, user: try #require(session.user), session: session,
            refreshed: refreshed, other: try await installation.logIn(in: tenant))
    }

    /// Reuse takes a session that is two generations on.
    static func make(for ending: Ending, in installation: Installation) async throws -> Scene {
        try await make(in: installation, rotations: ending == .reuse ? 2 : 1)
    }

    /// The same by way of another instance. Statements of one wait there for those before them; what races in the database
    /// comes from two.
    var elsewhere: Scene {
        Scene(
            installation: installation.onAnotherInstance(), tenant: tenant, user: user, session: session,
            refreshed: refreshed, other: other)
    }

    var slug: String { tenant.tenant.slug }
    var service: LoginService { installation.service }
    var administration: Administration { installation.administration }

    /// Expects that none of these tokens opens anything any more, nor when a user who was disabled may sign in again.
    func expectNothing(
        of sessions: [IssuedSession], after ending: Ending, sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        let heard = try await opened { try await asLastHeard() }
        #expect((heard == nil) == ending.endsTenant, sourceLocation: sourceLocation)
        try await expectNothing(of: sessions, as: heard, sourceLocation)
        guard ending == .userDisabled else { return }
        _ = try await administration.enableUser(tenant: slug, user: user.email)
        try await expectNothing(of: sessions, as: heard, sourceLocation)
    }

    /// On an instance that hasn't heard and on one that has, unless the tenant is gone for that.
    private func expectNothing(
        of sessions: [IssuedSession], as heard: ServedTenant?, _ sourceLocation: SourceLocation
    ) async throws {
        for (name, tenant) in [("unaware", tenant), ("aware", heard)] {
            guard let tenant else { continue }
            for session in sessions {
                let refreshed = try await opened { try await installation.refresh(session.refreshToken, in: tenant) }
                #expect(refreshed == nil, "refresh on an instance that is \(name)", sourceLocation: sourceLocation)
                let signedIn = try await opened { try await service.authenticate(session.accessToken, in: tenant) }
                #expect(signedIn == nil, "me on an instance that is \(name)", sourceLocation: sourceLocation)
            }
            let caller = try await opened { try await service.authenticate(other.accessToken, in: tenant) }
            guard let signedIn = caller else { continue }
            let listed = try await service.listSessions(of: signedIn, in: tenant).map(\.id)
            let dead = Set(sessions.map(\.sessionID)).subtracting([other.sessionID])
            #expect(dead.isDisjoint(with: listed), "sessions", sourceLocation: sourceLocation)
        }
    }

    /// The tenant as an instance has it that started just now.
    func asLastHeard() async throws -> ServedTenant {
        try await HistoryPlace(installation: installation).startInstance().directory.tenant(slug: slug)
    }
}
