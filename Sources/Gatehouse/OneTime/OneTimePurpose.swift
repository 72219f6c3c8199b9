/// What a one-time token is good for; for anything else it is nothing.
public enum OneTimePurpose: String, Sendable, CaseIterable {
    case verifyEmail = "verify_email"
    case resetPassword = "reset_password"
    case logIn = "log_in"
    case changeEmail = "change_email"
    case undoEmailChange = "undo_email_change"

    /// Begins the token, so that the app's page, which gets tokens of all purposes, knows what to do with it. It is no part of what
    /// makes the token good: the row it leads to says what that is.
    public var prefix: String {
        switch self {
        case .verifyEmail: "vfy_"
        case .resetPassword: "rst_"
        case .logIn: "lgn_"
        case .changeEmail: "chg_"
        case .undoEmailChange: "und_"
        }
    }

    /// Whether a code goes with it. A change of address is taken back by the token alone, for days.
    var hasCode: Bool { self != .undoEmailChange }

    /// How long a token is good, counted from when it is made.
    var lifetime: Duration {
        switch self {
        case .logIn: .seconds(600)
        case .resetPassword, .changeEmail: .seconds(3600)
        case .verifyEmail: .seconds(86_400)
        case .undoEmailChange: .seconds(7 * 86_400)
        }
    }

    /// How long a code is good: shorter, as it can be guessed.
    static let codeLifetime: Duration = .seconds(600)
}
