@testable import Gatehouse

/// What happens to one tenant, step by step: a value, so that it can be made from a seed, shortened, and written down.
///
/// Sessions are numbered as they begin and a step names one modulo how many there are, so that whatever is left out, the
/// rest is a history still. A step that has nothing to act on is passed over.
struct History: Sendable, Hashable {
    /// How long a session may idle, and live, in every history.
    static let refreshTTL = 600
    static let sessionMaxAge = 700

    var policy = ReusePolicy.strict
    /// Seconds.
    var grace = 60
    var steps: [Step]
}

enum Step: Sendable, Hashable {
    /// Registers the user the first time.
    case logIn(user: Int, at: Int)
    /// A token is presented; when its answer is lost, whoever presented it goes on with what they had.
    case present(session: Int, by: Presenter, lost: Bool, at: Int)
    /// All at once: tabs, retries, a thief, and perhaps a logout among them.
    case burst(session: Int, by: [Presenter], logOut: Bool)
    /// A thief gets hold of what the client has now.
    case steal(session: Int)
    /// The access token last received looks at the user and their sessions.
    case ask(session: Int, at: Int)
    case logOut(session: Int, scope: LogOutScope, by: Bearer, at: Int)
    case changePassword(session: Int)
    /// One session ends another one by its id.
    case endSession(Int, by: Int)
    case disableUser(Int)
    case enableUser(Int)
    case deleteUser(Int)
    /// An instance that hasn't heard of it yet goes on with what it knew.
    case disableTenant(heard: Bool)
    case enableTenant
    case revokeSession(Int)
    case revokeAll(user: Int?)
    case rotateKeys(RotationUse, emergency: Bool, heard: Bool)
    case restart(Int)
    /// The clock moves on.
    case wait(seconds: Int)
}

/// Whose refresh token is presented.
enum Presenter: Sendable, Hashable {
    /// The honest client's: the newest it has received.
    case client
    /// What was stolen, or what it was exchanged for.
    case thief
    /// So many generations before the newest that was answered to anybody.
    case older(Int)
    /// One that was never issued, as after a restored backup.
    case never
}

/// What somebody signs out with.
enum Bearer: Sendable, Hashable {
    case accessToken
    case refreshToken
}

extension History {
    /// As one would write it in a test.
    var source: String {
        let lines = steps.map { "        \($0.source)," }
        return
            "History(\n    policy: .\(policy), grace: \(grace),\n    steps: [\n\(lines.joined(separator: "\n"))\n    ])"
    }
}

extension Step {
    /// Reflection names module and type before each case; a leading point is enough.
    var source: String {
        let types = [
            "GatehouseTests.Step", "GatehouseTests.Presenter", "GatehouseTests.Bearer", "Gatehouse.LogOutScope",
            "Gatehouse.RotationUse",
        ]
        return types.reduce(String(reflecting: self)) { $0.replacing("\($1).", with: ".") }
    }
}
