@testable import Gatehouse

/// What the design says about one tenant and its sessions, as a value without a database: the table of its page on
/// refresh tokens, written down a second time and from the page, not from `RefreshState`.
struct Model: Hashable {
    struct User: Hashable {
        var exists = true
        var isEnabled = true
    }

    struct Session: Hashable {
        let user: Int
        var generation = 0
        var sinceRotation = 0
        var sinceSignIn = 0
        var hasEnded = false
        /// In the burst that is going on: who came before it may still be within a grace of nothing.
        var hasJustMoved = false
    }

    /// One thing that may be answered, and how things stand then.
    struct Outcome {
        let answer: Answer
        let model: Model
    }

    let policy: ReusePolicy
    let grace: Int
    var tenantIsEnabled = true
    /// Whether an instance serves on as before a change of the tenant.
    var isLagging = false
    var users: [User] = []
    var sessions: [Session] = []
    /// How often each type of event must have been recorded.
    var records: [String: Int] = [:]
    /// How many more repetitions may have been.
    var doubtfulRepetitions = 0

    init(_ history: History) {
        policy = history.policy
        grace = history.grace
    }

    /// How things stand after these requests, made at once, were answered so; nil if no order of them explains it.
    func explaining(_ answered: [(request: Request, answer: Answer)]) -> Model? {
        guard !answered.isEmpty else { return settled() }
        for (index, (request, answer)) in answered.enumerated() {
            var rest = answered
            rest.remove(at: index)
            for outcome in outcomes(of: request) where outcome.answer == answer {
                if let model = outcome.model.explaining(rest) { return model }
            }
        }
        return nil
    }

    private func settled() -> Model {
        changed { for index in $0.sessions.indices { $0.sessions[index].hasJustMoved = false } }
    }

    func isLive(_ session: Int) -> Bool {
        let session = sessions[session]
        return !session.hasEnded && !hasExpired(session) && users[session.user].exists && users[session.user].isEnabled
    }

    func hasExpired(_ session: Session) -> Bool {
        session.sinceRotation >= History.refreshTTL || session.sinceSignIn >= History.sessionMaxAge
    }

    func changed(_ change: (inout Model) -> Void) -> Model {
        var model = self
        change(&model)
        return model
    }

    func answering(_ answer: Answer, _ change: (inout Model) -> Void = { _ in }) -> [Outcome] {
        [Outcome(answer: answer, model: changed(change))]
    }

    func refusing(_ code: String, _ change: (inout Model) -> Void = { _ in }) -> [Outcome] {
        answering(.refused(code), change)
    }

    /// Ends those that haven't ended; one that has expired ends none the less.
    mutating func end(_ isMeant: (Int, Session) -> Bool) {
        for index in sessions.indices where isMeant(index, sessions[index]) { sessions[index].hasEnded = true }
    }
}
