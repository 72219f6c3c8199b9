@testable import Gatehouse

extension HistoryChecker {
    /// An honest client is never refused, as long as it retries within the grace, nobody else has its tokens, and its
    /// session is neither over by itself nor ended by somebody.
    func dishonour(of session: Int, _ end: RecordedEnd?) -> [String] {
        var life = HonestLife(signedInAt: time(of: sessions[session].begun), history: history)
        for moment in moments(of: session) {
            if let end, end.moment <= moment, !end.isReuse { return [] }
            guard !isDisabled(at: moment) else { continue }
            let made = zip(log, times).filter { $0.0.moment == moment && $0.0.presents(session) }
            for (entry, time) in made {
                guard entry.presenter == .client, life.mayPresent(entry.generation, at: time) else { return [] }
            }
            for (entry, _) in made where entry.answer != .tokens(entry.generation + 1) {
                return ["An honest client was refused: \(entry.request) was answered \(entry.answer)."]
            }
        }
        return []
    }

    private func moments(of session: Int) -> [Int] {
        Set(log.filter { $0.presents(session) }.map(\.moment)).sorted()
    }

    func time(of moment: Int) -> Int {
        zip(log, times).first { $0.0.moment == moment }?.1 ?? 0
    }

    private func isDisabled(at moment: Int) -> Bool {
        let changes = log.filter { $0.moment < moment && [.disableTenant, .enableTenant].contains($0.request) }
        return changes.last?.request == .disableTenant
    }
}

/// What an honest client may rely on.
private struct HonestLife {
    let signedInAt: Int
    let history: History
    private var firstPresented: [Int: Int] = [:]
    private var lastRotation: Int

    init(signedInAt: Int, history: History) {
        self.signedInAt = signedInAt
        self.history = history
        lastRotation = signedInAt
    }

    /// Whether this is a first presentation or a retry within the grace, and the session lives that long.
    mutating func mayPresent(_ generation: Int, at time: Int) -> Bool {
        guard time - lastRotation < History.refreshTTL, time - signedInAt < History.sessionMaxAge else { return false }
        if let first = firstPresented[generation] { return time - first < history.grace }
        firstPresented[generation] = time
        lastRotation = time
        return true
    }
}

extension Entry {
    fileprivate func presents(_ session: Int) -> Bool {
        if case .present(session, _, _) = request { true } else { false }
    }

    /// What was presented.
    fileprivate var generation: Int {
        if case .present(_, let generation, _) = request { generation } else { -1 }
    }
}

extension RecordedEnd {
    fileprivate var isReuse: Bool {
        if case .present = request { true } else { false }
    }
}
