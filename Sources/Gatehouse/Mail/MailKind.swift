/// What a mail is about.
public enum MailKind: String, Sendable, CaseIterable {
    case verifyEmail = "email_verification"
    case passwordReset = "password_reset"
    case logIn = "email_login"
    /// To a new address, which is taken once its owner says so.
    case confirmEmail = "email_change"
    /// To the address before, with a way back.
    case emailChanged = "email_changed"
    /// To an address before that was never verified: it may not have been the user's, so that there is no way back.
    case unverifiedEmailChanged = "unverified_email_changed"
    /// To an address that an account no longer has because one from before has it again: there is no way back.
    case emailChangeUndone = "email_change_undone"
    /// To the owner of an address that somebody wanted to register.
    case alreadyRegistered = "already_registered"
    case passwordChanged = "password_changed"

    /// What the token in it is good for; nil for a mail that only tells something.
    var purpose: OneTimePurpose? {
        switch self {
        case .verifyEmail: .verifyEmail
        case .passwordReset: .resetPassword
        case .logIn: .logIn
        case .confirmEmail: .changeEmail
        case .emailChanged: .undoEmailChange
        case .unverifiedEmailChanged, .emailChangeUndone, .alreadyRegistered, .passwordChanged: nil
        }
    }

    /// Whether it goes to the address that the account has when it is sent.
    var isToOwnAddress: Bool {
        switch self {
        case .verifyEmail, .passwordReset, .logIn: true
        case .confirmEmail, .emailChanged, .unverifiedEmailChanged, .emailChangeUndone, .alreadyRegistered,
            .passwordChanged:
            false
        }
    }

    /// How long after it was asked for it is still worth sending.
    var patience: Duration {
        switch self {
        case .logIn: .seconds(600)
        case .passwordReset, .confirmEmail: .seconds(3600)
        case .verifyEmail, .alreadyRegistered, .passwordChanged: .seconds(86_400)
        case .emailChanged, .unverifiedEmailChanged, .emailChangeUndone: .seconds(3 * 86_400)
        }
    }
}
