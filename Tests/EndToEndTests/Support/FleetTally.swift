import Synchronization

/// What happened to all clients of a fleet.
final class FleetTally: Sendable {
    struct Counts: Sendable {
        /// Requests that succeeded, by what they were for.
        var done: [String: Int] = [:]
        var failed: [String] = []
        var verified = 0
        var rejected: [String] = []
        var fetches = 0
        var surprises = 0
        var isOver = false
    }

    private let counts = Mutex(Counts())

    var isOver: Bool { counts.withLock { $0.isOver } }
    var now: Counts { counts.withLock { $0 } }

    func end() { counts.withLock { $0.isOver = true } }

    func fail(_ what: String) { counts.withLock { $0.failed.append(what) } }

    func note(_ what: String, _ answer: HTTP.Answer, expecting status: Int = 200) {
        guard answer.status == status else { return fail("\(what): \(answer.status) \(answer.text("code"))") }
        counts.withLock { $0.done[what, default: 0] += 1 }
    }

    func judge(_ isValid: Bool, _ kid: String) {
        counts.withLock { if isValid { $0.verified += 1 } else { $0.rejected.append(kid) } }
    }

    func add(fetches: Int, surprises: Int) {
        counts.withLock {
            $0.fetches += fetches
            $0.surprises += surprises
        }
    }
}
