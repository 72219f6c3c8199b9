@testable import Gatehouse

/// Proves three things of every session from what was asked and answered alone, without the model: at most one generation
/// lives, nothing is accepted after the answer that ended it, and an honest client that retries within the grace is never
/// refused.
struct HistoryChecker {
    let history: History
    let log: [Entry]
    /// What the clock showed at each entry, in seconds.
    let times: [Int]
    /// The owner of each session and the moment it began.
    let sessions: [(user: Int, begun: Int)]

    init(_ history: History, _ log: [Entry]) {
        self.history = history
        self.log = log
        var times: [Int] = []
        var now = 0
        var sessions: [(Int, Int)] = []
        for entry in log {
            times.append(now)
            switch (entry.request, entry.answer) {
            case (.wait(let seconds), _): now += seconds
            case (.register(let user), .opened), (.logIn(let user), .opened): sessions.append((user, entry.moment))
            default: break
            }
        }
        self.times = times
        self.sessions = sessions
    }

    func faults() -> [String] {
        let ends = ends()
        return sessions.indices.flatMap { forks(of: $0) + afterlife(of: $0, ends[$0]) + dishonour(of: $0, ends[$0]) }
            + openings()
    }

    /// At most one live generation: every answer is the successor of what was presented, it is one and the same for all,
    /// and once a successor's successor has been answered, it takes a newer token than the one before them.
    private func forks(of session: Int) -> [String] {
        var faults: [String] = []
        var highest: [(moment: Int, generation: Int)] = []
        var marks: [TokenMark.Place: Set<Int>] = [:]
        for (index, entry) in log.enumerated() {
            guard case .present(session, let presented, _) = entry.request, case .tokens(let answered) = entry.answer
            else { continue }
            let before = highest.last { $0.moment < entry.moment }?.generation ?? 0
            if answered != presented + 1 || presented < before - 1 {
                faults.append("Session \(session): \(presented) was answered \(answered) after \(before).")
            }
            highest.append((entry.moment, max(answered, highest.last?.generation ?? 0)))
            guard let mark = entry.mark else { continue }
            let place = TokenMark.Place(generation: answered, kid: mark.kid, time: times[index])
            marks[place, default: []].insert(mark.bytes)
        }
        return faults
            + marks.filter { $0.value.count > 1 }.keys.map { "Session \(session) forked at \($0.generation)." }
    }

    /// Nothing of a session is accepted when the answer that ended it has been given.
    private func afterlife(of session: Int, _ end: RecordedEnd?) -> [String] {
        guard let end else { return [] }
        return log.filter { $0.moment > end.moment && $0.showsAlive(session) }.map {
            "Session \(session) had ended with \(end.request), but \($0.request) was answered \($0.answer)."
        }
    }

    /// Nothing opens while its tenant is disabled, nor with a token whose key has been revoked.
    private func openings() -> [String] {
        var isEnabled = true
        return log.compactMap { entry in
            if entry.request == .disableTenant { isEnabled = false }
            if entry.request == .enableTenant { isEnabled = true }
            guard entry.opens, !isEnabled || entry.request.isRevoked else { return nil }
            return "\(entry.request) was answered \(entry.answer) in vain."
        }
    }
}

extension TokenMark {
    /// What a token's bytes depend on: the clock moves by changing the row.
    fileprivate struct Place: Hashable {
        let generation: Int
        let kid: String
        let time: Int
    }
}

extension Entry {
    /// Whether the answer is more than a refusal or an end.
    fileprivate var opens: Bool {
        switch (request, answer) {
        case (_, .opened), (_, .tokens), (_, .sessions): true
        case (.changePassword, .done), (.endSession, .done): true
        default: false
        }
    }

    fileprivate func showsAlive(_ session: Int) -> Bool {
        switch (request, answer) {
        case (_, .sessions(let listed)) where listed.contains(session): true
        case (.present(session, _, _), _), (.ask(session, _), _), (.changePassword(session, _), _),
            (.endSession(_, session, _), _):
            opens
        default: false
        }
    }
}

extension Request {
    fileprivate var isRevoked: Bool {
        switch self {
        case .present(_, _, let revoked), .ask(_, let revoked), .changePassword(_, let revoked),
            .endSession(_, _, let revoked):
            revoked
        default: false
        }
    }
}
