@testable import Gatehouse

extension Model {
    /// What presenting generation `g` may come to while the session is at `n`.
    func presenting(_ g: Int, of index: Int, revoked: Bool) -> [Outcome] {
        if let refusal = refusal(ofToken: revoked) { return refusal }
        let session = sessions[index]
        let user = users[session.user]
        let n = session.generation
        if session.hasEnded || !user.exists || !user.isEnabled { return refusing("session_ended") }
        if hasExpired(session) { return refusing("token_expired") }
        if g > n { return refusing("invalid_token") { $0.record("refresh.unknown_generation") } }
        if g == n { return answering(.tokens(n + 1)) { $0.rotate(index) } }
        if g <= n - 2 { return reuse(of: index) }
        return session.sinceRotation < grace ? answering(.tokens(n)) : repeatingLate(n, index)
    }

    /// Without a grace, who asked before the rotation is within it and who asked after it is not.
    private func repeatingLate(_ n: Int, _ index: Int) -> [Outcome] {
        let isInDoubt = sessions[index].hasJustMoved
        if policy == .strict { return reuse(of: index) + (isInDoubt ? answering(.tokens(n)) : []) }
        return answering(.tokens(n)) {
            if isInDoubt { $0.doubtfulRepetitions += 1 } else { $0.record("refresh.repeated_after_grace") }
        }
    }

    private mutating func record(_ event: String) {
        records[event, default: 0] += 1
    }

    private mutating func rotate(_ index: Int) {
        sessions[index].generation += 1
        sessions[index].sinceRotation = 0
        sessions[index].hasJustMoved = true
    }

    private func reuse(of index: Int) -> [Outcome] {
        refusing("refresh_token_reused") {
            $0.sessions[index].hasEnded = true
            $0.record("refresh.reuse_detected")
        }
    }

    /// What is answered before anybody looks at the session. An instance that hasn't heard of the tenant's end looks at
    /// the token first.
    private func refusal(ofToken revoked: Bool) -> [Outcome]? {
        let lagging = revoked && isLagging ? refusing("invalid_token") : []
        guard tenantIsEnabled else { return refusing("tenant_not_found") + lagging }
        return revoked ? refusing("invalid_token") : nil
    }

    /// What an access token of this session is refused with, nil if it opens something.
    func refusal(ofAccessTo session: Int, revoked: Bool) -> [Outcome]? {
        refusal(ofToken: revoked) ?? (isLive(session) ? nil : refusing("session_ended"))
    }

    /// Signing out is no error where nothing is left to end.
    func loggingOut(_ index: Int, _ scope: LogOutScope, revoked: Bool) -> [Outcome] {
        let done = answering(.done) { $0.logOut(index, scope) }
        guard let refusal = refusal(ofToken: revoked) else { return done }
        return !tenantIsEnabled && isLagging && !revoked ? refusal + done : refusal
    }

    /// A session that is over ends no others.
    private mutating func logOut(_ index: Int, _ scope: LogOutScope) {
        let user = sessions[index].user
        if scope != .local, isLive(index) { end { $1.user == user && $0 != index } }
        if scope != .others { sessions[index].hasEnded = true }
    }
}
