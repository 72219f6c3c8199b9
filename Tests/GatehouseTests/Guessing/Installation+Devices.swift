import FoundationEssentials
import Testing

@testable import Gatehouse

extension Installation {
    func logIn(
        password: String = Self.password, from device: String?, in tenant: ServedTenant
    ) async throws -> IssuedSession {
        try await service.logIn(
            .email(TypedEmail("ada@example.com")), password: Password(password), deviceToken: device, from: Self.client,
            in: tenant)
    }

    /// A wrong password that is looked at.
    func fail(_ password: String = "wrong", from device: String?, in tenant: ServedTenant) async {
        await #expect(throws: Refusal.invalidCredentials) {
            try await logIn(password: password, from: device, in: tenant)
        }
    }

    func changePassword(
        from current: String = Self.password, to new: String = Self.newPassword, by session: IssuedSession,
        in tenant: ServedTenant
    ) async throws {
        try await service.changePassword(
            current: Password(current), new: Password(new), of: try await signedIn(session, in: tenant),
            from: Self.client, in: tenant)
    }
}

extension IssuedSession {
    var deviceID: UUID {
        get throws { try DeviceClaims(payload: CompactJWS.parse(try #require(deviceToken)).payload).deviceID }
    }
}
