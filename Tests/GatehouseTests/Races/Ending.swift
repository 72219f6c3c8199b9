import FoundationEssentials

@testable import Gatehouse

/// The ways in which a session comes to its end by somebody's doing.
enum Ending: String, CaseIterable, Sendable {
    case logOut, logOutOfOthers, logOutEverywhere, endByAnother, passwordChange
    case userDisabled, userDeleted, revoked, allOfUserRevoked, allOfTenantRevoked
    case tenantDisabled, tenantDeleted, refreshKeysRevoked, reuse

    /// Those after which nobody signs in with what was right before.
    static let barring: [Ending] = [.passwordChange, .userDisabled, .userDeleted, .tenantDisabled, .tenantDeleted]

    func callAsFunction(in scene: Scene) async throws {
        let (service, tenant, slug) = (scene.service, scene.tenant, scene.slug)
        switch self {
        case .logOut:
            try await service.logOut(
                .refreshToken(scene.session.refreshToken), scope: .local, from: Installation.client, in: tenant)
        case .logOutOfOthers:
            try await service.logOut(
                .accessToken(scene.other.accessToken), scope: .others, from: Installation.client, in: tenant)
        case .logOutEverywhere:
            try await service.logOut(
                .accessToken(scene.session.accessToken), scope: .global, from: Installation.client, in: tenant)
        case .endByAnother:
            let signedIn = try await service.authenticate(scene.other.accessToken, in: tenant)
            try await service.endSession(scene.session.sessionID, of: signedIn, from: Installation.client, in: tenant)
        case .passwordChange:
            let signedIn = try await service.authenticate(scene.other.accessToken, in: tenant)
            try await service.changePassword(
                current: Password(Installation.password), new: Password(Scene.newPassword), of: signedIn,
                from: Installation.client, in: tenant)
        case .reuse:
            do {
                _ = try await scene.installation.refresh(scene.session.refreshToken, in: tenant)
            } catch Refusal.refreshTokenReused {}
        default: try await administer(scene.administration, slug, scene)
        }
    }

    private func administer(_ administration: Administration, _ slug: String, _ scene: Scene) async throws {
        let user = scene.user.email
        switch self {
        case .userDisabled: _ = try await administration.disableUser(tenant: slug, user: user)
        case .userDeleted: _ = try await administration.deleteUser(tenant: slug, user: user)
        case .revoked:
            _ = try await administration.revokeSession(tenant: slug, id: scene.session.sessionID.uuidString)
        case .allOfUserRevoked: _ = try await administration.revokeAllSessions(tenant: slug, user: user)
        case .allOfTenantRevoked: _ = try await administration.revokeAllSessions(tenant: slug, user: nil)
        case .tenantDisabled: _ = try await administration.disableTenant(slug)
        case .tenantDeleted: try await administration.deleteTenant(slug)
        case .refreshKeysRevoked:
            _ = try await administration.rotateKeys(tenant: slug, use: .refresh, emergency: true, force: false)
        default: break
        }
    }

    /// Where it can be held: at every change it makes that somebody may race with.
    var gates: [Gate] {
        let end = Gate(event: "update of ended_at on refresh_tokens")
        return switch self {
        case .passwordChange: [Gate(event: "update of password_version on users"), end]
        case .userDisabled: [Gate(event: "update of disabled_at on users"), end]
        case .userDeleted: [Gate(event: "delete on users")]
        case .tenantDisabled: [Gate(event: "update of disabled_at on tenants")]
        case .tenantDeleted:
            ["update of disabled_at on tenants", "delete on signing_keys", "delete on tenants"].map { Gate(event: $0) }
        case .refreshKeysRevoked: [Gate(event: "update of state on signing_keys"), end]
        default: [end]
        }
    }

    /// Whether nobody serves the tenant afterwards.
    var endsTenant: Bool { self == .tenantDisabled || self == .tenantDeleted }

    /// Whether it ends the other session too.
    var endsOther: Bool {
        switch self {
        case .logOutEverywhere, .userDisabled, .userDeleted, .allOfUserRevoked, .allOfTenantRevoked, .tenantDisabled,
            .tenantDeleted, .refreshKeysRevoked:
            true
        default: false
        }
    }
}
