import Foundation

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// An honest app with one session, which it refreshes over and over. What it got no tokens for it asks again, and sooner
/// than `Retry-After` says. At times it asks twice at once, as two tabs do, or once more for what it has, as who has
/// lost the answer does.
struct RefreshingClient: Sendable {
    let number: Int
    let door: String
    let tally: FaultTally
    private(set) var ledger: Ledger
    private var isSignedOut = false

    init(number: Int, door: String, token: String, tally: FaultTally) throws {
        self.number = number
        self.door = door
        self.tally = tally
        ledger = try Ledger(token)
    }

    mutating func run() async -> Ledger {
        var round = number
        while !tally.isOver, !isSignedOut {
            round += 1
            let token = ledger.current
            let isAnswered = await present(token, twice: round.isMultiple(of: 5))
            if isAnswered, round.isMultiple(of: 7) { _ = await present(token, twice: false) }
            try? await Task.sleep(for: .milliseconds(isAnswered ? .random(in: 20...60) : .random(in: 50...150)))
        }
        return ledger
    }

    /// Whether a successor was acknowledged.
    private mutating func present(_ token: String, twice: Bool) async -> Bool {
        async let one = Self.outcome(presenting: token, at: door)
        async let other = twice ? Self.outcome(presenting: token, at: door) : nil
        var isAnswered = false
        for outcome in [await one, await other].compactMap({ $0 }) {
            tally.note(outcome, of: number)
            if case .denied = outcome { isSignedOut = true }
            guard case .acknowledged(let successor) = outcome else { continue }
            if ledger.enter(successor, after: token) {
                isAnswered = true
            } else {
                tally.note(.wrong("a successor that isn't of the next generation"), of: number)
            }
        }
        return isAnswered
    }

    enum Outcome: Sendable {
        case acknowledged(String)
        /// Nothing was done: the service couldn't be reached, or had no room.
        case refused
        /// It may have been done.
        case unknown
        /// 401, which nobody here deserves.
        case denied(String)
        /// What the contract doesn't allow.
        case wrong(String)
    }

    static func outcome(presenting token: String, at door: String) async -> Outcome {
        do {
            let answer = try await HTTP.post("\(door)/v1/refresh", ["refresh_token": token])
            switch answer.status {
            case 200: return .acknowledged(answer.text("refresh_token"))
            case 503 where Int(answer.retryAfter) ?? 0 < 1: return .wrong("503 without Retry-After")
            case 503: return answer.text("code") == "overloaded" ? .refused : .unknown
            case 401: return .denied(answer.text("code"))
            default: return .wrong("\(answer.status) \(answer.text("code"))")
            }
        } catch {
            return (error as? URLError)?.code == .cannotConnectToHost ? .refused : .unknown
        }
    }
}
