@testable import Gatehouse

extension Model {
    /// Everything that may be answered to a request as things stand: one answer, as a rule.
    func outcomes(of request: Request) -> [Outcome] {
        switch request {
        case .register: answeringTenant(.opened) { $0.register() }
        case .logIn(let user): loggingIn(user)
        case .present(let session, let generation, let revoked): presenting(generation, of: session, revoked: revoked)
        case .ask(let session, let revoked):
            refusal(ofAccessTo: session, revoked: revoked) ?? answering(.sessions(live(of: sessions[session].user)))
        case .logOut(let session, let scope, let revoked): loggingOut(session, scope, revoked: revoked)
        case .changePassword(let session, let revoked):
            refusal(ofAccessTo: session, revoked: revoked) ?? changingPassword(by: session)
        case .endSession(let other, let session, let revoked):
            refusal(ofAccessTo: session, revoked: revoked)
                ?? ending(other, isAllowed: sessions[other].user == sessions[session].user)
        case .disableUser(let user): changing(user) { $0.disable(user) }
        case .enableUser(let user): changing(user) { $0.users[user].isEnabled = true }
        case .deleteUser(let user): changing(user) { $0.delete(user) }
        case .disableTenant: answering(.done) { $0.tenantIsEnabled = false }
        case .enableTenant: answering(.done) { $0.tenantIsEnabled = true }
        case .revokeSession(let session): ending(session, isAllowed: true)
        case .revokeAll(let user): revokingAll(of: user)
        case .rotateKeys(let use, let emergency):
            answering(.done) { if emergency, use != .access { $0.end { _, _ in true } } }
        case .wait(let seconds): answering(.done) { $0.wait(seconds) }
        }
    }

    private func answeringTenant(_ answer: Answer, _ change: (inout Model) -> Void) -> [Outcome] {
        tenantIsEnabled ? answering(answer, change) : refusing("tenant_not_found")
    }

    private mutating func register() {
        users.append(User())
        sessions.append(Session(user: users.count - 1))
    }

    private func loggingIn(_ user: Int) -> [Outcome] {
        guard tenantIsEnabled else { return refusing("tenant_not_found") }
        guard users[user].exists, users[user].isEnabled else { return refusing("invalid_credentials") }
        return answering(.opened) { $0.sessions.append(Session(user: user)) }
    }

    private func live(of user: Int) -> Set<Int> {
        Set(sessions.indices.filter { sessions[$0].user == user && isLive($0) })
    }

    private func changingPassword(by session: Int) -> [Outcome] {
        let user = sessions[session].user
        return answering(.done) { $0.end { $1.user == user && $0 != session } }
    }

    private func ending(_ session: Int, isAllowed: Bool) -> [Outcome] {
        guard isAllowed, isLive(session) else { return refusing("session_not_found") }
        return answering(.done) { $0.sessions[session].hasEnded = true }
    }

    private func changing(_ user: Int, _ change: (inout Model) -> Void) -> [Outcome] {
        users[user].exists ? answering(.done, change) : refusing("user_not_found")
    }

    private mutating func disable(_ user: Int) {
        users[user].isEnabled = false
        end { $1.user == user }
    }

    private mutating func delete(_ user: Int) {
        users[user].exists = false
        end { $1.user == user }
    }

    private func revokingAll(of user: Int?) -> [Outcome] {
        if let user, !users[user].exists { return refusing("user_not_found") }
        let count = sessions.count { !$0.hasEnded && !hasExpired($0) && (user == nil || $0.user == user) }
        return answering(.ended(count)) { $0.end { user == nil || $1.user == user } }
    }

    private mutating func wait(_ seconds: Int) {
        for index in sessions.indices {
            sessions[index].sinceRotation += seconds
            sessions[index].sinceSignIn += seconds
        }
    }
}
