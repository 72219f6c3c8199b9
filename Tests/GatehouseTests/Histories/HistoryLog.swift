@testable import Gatehouse

/// Something that was asked of the service or of the administration, in the numbers of a history.
///
/// `revoked` says that the token's key was revoked in an emergency after it had signed.
enum Request: Hashable {
    case register(user: Int)
    case logIn(user: Int)
    case present(session: Int, generation: Int, revoked: Bool)
    case ask(session: Int, revoked: Bool)
    case logOut(session: Int, scope: LogOutScope, revoked: Bool)
    case changePassword(session: Int, revoked: Bool)
    case endSession(Int, by: Int, revoked: Bool)
    case disableUser(Int)
    case enableUser(Int)
    case deleteUser(Int)
    case disableTenant
    case enableTenant
    case revokeSession(Int)
    case revokeAll(user: Int?)
    case rotateKeys(RotationUse, emergency: Bool)
    case wait(seconds: Int)
}

enum Answer: Hashable {
    /// A new session.
    case opened
    /// The tokens of this generation.
    case tokens(Int)
    /// The user's live sessions.
    case sessions(Set<Int>)
    case done
    /// How many sessions were ended.
    case ended(Int)
    /// The code of the refusal.
    case refused(String)
}

/// What was asked, what was answered, and when: all that the checker knows.
struct Entry {
    let request: Request
    let answer: Answer
    /// Who presented the token, where one was presented.
    var presenter: Presenter?
    /// What distinguishes the refresh token that was answered, without being it.
    var mark: TokenMark?
    /// Requests with the same number were under way at the same time; those with a lower one had been answered.
    let moment: Int
}

/// The same for the same bytes only; the key is named because another key makes another token of the same generation.
struct TokenMark: Hashable {
    let kid: String
    let bytes: Int
}
