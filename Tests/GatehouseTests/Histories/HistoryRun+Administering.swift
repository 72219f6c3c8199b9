import FoundationEssentials

@testable import Gatehouse

extension HistoryRun {
    /// What operators do, and the clock.
    func administer(_ step: Step) async throws -> [Entry] {
        guard let request = request(for: step) else { return [] }
        return [
            entry(
                request,
                try await outcome {
                    try await answer(to: request)
                } _: {
                    $0
                })
        ]
    }

    /// The same in the numbers of sessions and users that there are, nil where there are none.
    private func request(for step: Step) -> Request? {
        switch step {
        case .disableUser(let user): number(ofUser: user).map(Request.disableUser)
        case .enableUser(let user): number(ofUser: user).map(Request.enableUser)
        case .deleteUser(let user): number(ofUser: user).map(Request.deleteUser)
        case .disableTenant: .disableTenant
        case .enableTenant: .enableTenant
        case .revokeSession(let session): number(session).map(Request.revokeSession)
        case .revokeAll(nil): .revokeAll(user: nil)
        case .revokeAll(let user?): number(ofUser: user).map(Request.revokeAll)
        case .rotateKeys(let use, let emergency, _): .rotateKeys(use, emergency: emergency)
        case .wait(let seconds): .wait(seconds: seconds)
        default: nil
        }
    }

    private func number(ofUser user: Int) -> Int? {
        passwords.isEmpty ? nil : user % passwords.count
    }

    private func answer(to request: Request) async throws -> Answer {
        let administration = place.installation.administration
        let slug = tenant.slug
        func email(_ user: Int) -> String { "user\(user)@example.com" }
        switch request {
        case .disableUser(let user): _ = try await administration.disableUser(tenant: slug, user: email(user))
        case .enableUser(let user): _ = try await administration.enableUser(tenant: slug, user: email(user))
        case .deleteUser(let user): _ = try await administration.deleteUser(tenant: slug, user: email(user))
        case .disableTenant: _ = try await administration.disableTenant(slug)
        case .enableTenant: _ = try await administration.enableTenant(slug)
        case .revokeSession(let session):
            _ = try await administration.revokeSession(tenant: slug, id: clients[session].id.uuidString)
        case .revokeAll(let user):
            return .ended(try await administration.revokeAllSessions(tenant: slug, user: user.map(email)))
        case .rotateKeys(let use, let emergency):
            _ = try await administration.rotateKeys(tenant: slug, use: use, emergency: emergency, force: true)
        case .wait(let seconds): try await place.moveClock(of: tenant, by: seconds)
        default: break
        }
        return .done
    }

    /// Instances hear of what has changed of the tenant; the second one hears of the next change at the latest, and of an
    /// emergency at once.
    mutating func hear(of step: Step) async throws {
        switch step {
        case .disableTenant(let heard): restart(all: heard || model.isLagging)
        case .enableTenant: restart(all: true)
        case .rotateKeys(let use, let emergency, let heard):
            if emergency { for use in use.uses { emergencies[use, default: 0] += 1 } }
            restart(all: heard || emergency || model.isLagging)
        default: break
        }
    }

    private mutating func restart(all: Bool) {
        instances[0] = place.startInstance()
        if all { instances[1] = place.startInstance() }
        model.isLagging = !all
    }
}
