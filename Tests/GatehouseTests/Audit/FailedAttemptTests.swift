import FoundationEssentials
import Testing

@testable import Gatehouse

/// Failures are counted by account and source, so that a flood of them neither goes unnoticed nor fills the disk.
@Suite(.installation) struct FailedAttemptTests {
    @Test("A thousand failures of one account and source are one event, and one more with their number an hour later")
    func flood() async throws {
        let installation = try await Installation.make()
        let tenant = try await installation.tenant()
        let user = try #require(try await installation.register(in: tenant).user)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<8 {
                group.addTask {
                    for _ in 0..<125 { await installation.failToLogIn(in: tenant) }
                }
            }
            try await group.waitForAll()
        }
        var events = try await installation.events().filter { $0.type == "login.failed" }
        #expect(events.count == 1)
        #expect(events.first?.userID == user.id && events.first?.actor == "service")
        #expect(events.first?.detail == ["reason": "wrong_password"])
        try await installation.endFailureWindows()
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<8 { group.addTask { await installation.failToLogIn(in: tenant) } }
        }
        events = try await installation.events().filter { $0.type == "login.failed" }
        #expect(events.count == 3)
        let summary = try #require(events.first { $0.detail.names.contains("failures") })
        #expect(summary.detail["failures"] == .integer(1000) && summary.userID == user.id)
        #expect(summary.detail["source"] == "192.0.2.1" && summary.address == "192.0.2.1")
    }

    @Test("Each reason is told to the operator, whose source counts by its network")
    func reasons() async throws {
        let installation = try await Installation.make()
        let tenant = try await installation.tenant()
        _ = try await installation.register(in: tenant)
        _ = try await installation.register("off@example.com", in: tenant)
        _ = try await installation.administration.disableUser(tenant: "shop", user: "off@example.com")
        await installation.failToLogIn("off@example.com", password: Installation.password, in: tenant)
        for host in 1...3 {
            await installation.failToLogIn(
                "nobody@example.com", from: ClientInfo(address: "2001:db8::\(host)", userAgent: nil), in: tenant)
        }
        await installation.failToLogIn("nobody@example.com", in: tenant)
        let events = try await installation.events().filter { $0.type == "login.failed" }
        #expect(events.map { $0.detail["reason"] } == ["user_disabled", "unknown_account", "unknown_account"])
        #expect(events.map(\.address) == ["192.0.2.1", "2001:db8::1", "192.0.2.1"])
        #expect(events[1].userID == nil)
    }

    @Test("A password change that fails is one too, and of a kind of its own")
    func passwordChange() async throws {
        let installation = try await Installation.make()
        let tenant = try await installation.tenant()
        let session = try await installation.register(in: tenant)
        let signedIn = try await installation.service.authenticate(session.accessToken, in: tenant)
        await installation.failToLogIn(in: tenant)
        for _ in 0..<2 {
            await #expect(throws: Refusal.wrongCurrentPassword) {
                try await installation.service.changePassword(
                    current: Password("wrong-Otter47"), new: Password("another-Otter47-lintel"), of: signedIn,
                    from: Installation.client, in: tenant)
            }
        }
        let types = try await installation.events().map(\.type)
        #expect(types == ["user.registered", "login.failed", "password.change_failed"])
    }
}

extension Installation {
    func failToLogIn(
        _ email: String = "ada@example.com", password: String = "wrong-Otter47", from client: ClientInfo = client,
        in tenant: ServedTenant
    ) async {
        await #expect(throws: Refusal.invalidCredentials) {
            try await service.logIn(.email(TypedEmail(email)), password: Password(password), from: client, in: tenant)
        }
    }

    /// As if an hour had gone by.
    func endFailureWindows() async throws {
        try await asSuperuser("update failed_attempts set window_ends_at = now()")
    }
}
