public import Postgres

/// A field of a request and why its value was refused.
public struct FieldProblem: Sendable, Equatable {
    public let field: String
    public let code: String
    public let message: String

    public init(field: String, code: String, message: String) {
        self.field = field
        self.code = code
        self.message = message
    }

    public init(field: String, fault: FieldFault) {
        self.init(field: field, code: fault.code, message: fault.message)
    }
}

/// Why an operation did not do what it was asked: the one error type of the domain.
///
/// Every case has a stable code, which is that of the HTTP contract where one fits and of the command line's otherwise.
public enum Refusal: Error, Sendable, Equatable {
    case validationFailed([FieldProblem])
    case weakPassword(FieldProblem)
    case invalidCredentials
    case wrongCurrentPassword
    /// Where there is no password to ask for, whoever is signed in has to have signed in a moment ago.
    case freshSignInNeeded
    case emailNotVerified
    case missingToken
    case invalidToken
    case tokenExpired
    case refreshTokenReused
    case sessionEnded
    case registrationClosed
    case tenantNotFound
    case sessionNotFound
    case emailTaken
    case usernameTaken
    /// `retryAfter` is in whole seconds, at least one.
    case tooManyAttempts(retryAfter: Int)
    /// `retryAfter` is in whole seconds, at least one.
    case overloaded(retryAfter: Int)
    case databaseUnavailable
    case keysUnavailable
    case invalidClient
    case unsupportedTokenType

    case tenantExists
    case userNotFound
    case keyNotFound
    case clientNotFound
    case mailNotFound
    case webhookNotFound
    case webhookMessageNotFound
    case mailTemplateNotFound
    case guardRefused(String)
    case invalidSetting(String)
    case confirmationRequired(String)
    case schemaOutdated(String)

    /// `databaseUnavailable` where the error says that the database could not be reached or asked, `overloaded` where too
    /// many wait to ask it, `tenantNotFound` where the tenant was deleted meanwhile, else nil.
    public init?(from error: PostgresError) {
        if case .server(let error) = error, error.state == .foreignKeyViolation,
            error.constraint?.hasSuffix("_tenant_fkey") == true
        {
            self = .tenantNotFound
            return
        }
        guard error.isUnavailability else { return nil }
        self = error == .tooManyWaiting ? .overloaded(retryAfter: 1) : .databaseUnavailable
    }

    /// The stable, machine-readable name of this refusal.
    public var code: String {
        switch self {
        case .validationFailed: "validation_failed"
        case .weakPassword: "weak_password"
        case .invalidCredentials, .wrongCurrentPassword, .freshSignInNeeded: "invalid_credentials"
        case .emailNotVerified: "email_not_verified"
        case .missingToken: "missing_token"
        case .invalidToken: "invalid_token"
        case .tokenExpired: "token_expired"
        case .refreshTokenReused: "refresh_token_reused"
        case .sessionEnded: "session_ended"
        case .registrationClosed: "registration_closed"
        case .tenantNotFound: "tenant_not_found"
        case .sessionNotFound: "session_not_found"
        case .emailTaken: "email_taken"
        case .usernameTaken: "username_taken"
        case .tooManyAttempts: "too_many_attempts"
        case .overloaded: "overloaded"
        case .databaseUnavailable: "database_unavailable"
        case .keysUnavailable: "keys_unavailable"
        case .invalidClient: "invalid_client"
        case .unsupportedTokenType: "unsupported_token_type"
        case .tenantExists: "tenant_exists"
        case .userNotFound: "user_not_found"
        case .keyNotFound: "key_not_found"
        case .clientNotFound, .mailNotFound, .mailTemplateNotFound, .webhookNotFound, .webhookMessageNotFound:
            "not_found"
        case .guardRefused: "guard_refused"
        case .invalidSetting: "invalid_setting"
        case .confirmationRequired: "confirmation_required"
        case .schemaOutdated: "schema_outdated"
        }
    }

    /// One sentence for a person, which repeats nothing secret.
    public var message: String {
        switch self {
        case .validationFailed(let problems):
            problems.first.map { "\($0.field): \($0.message)" } ?? "The request is not valid."
        case .weakPassword(let problem): problem.message
        case .invalidCredentials: "The email or password is wrong."
        case .wrongCurrentPassword: "The current password is wrong."
        case .freshSignInNeeded:
            "Sign in again first: the account has no password, and the last sign-in is too long ago."
        case .emailNotVerified: "The email address has not been verified yet."
        case .missingToken: "A token is needed for this."
        case .invalidToken: "The token is not valid here."
        case .tokenExpired: "The token has expired."
        case .refreshTokenReused: "The refresh token was used before; its session has been ended."
        case .sessionEnded: "The session has ended; sign in again."
        case .registrationClosed: "Registration is closed."
        case .tenantNotFound: "There is no such tenant."
        case .sessionNotFound: "There is no such session."
        case .emailTaken: "The email is already registered."
        case .usernameTaken: "The username is already taken."
        case .tooManyAttempts(let seconds): "Too many attempts; try again in \(seconds) s."
        case .overloaded: "The service is busy; try again shortly."
        case .databaseUnavailable: "The database can't be reached at the moment; try again shortly."
        case .keysUnavailable: "The tenant's signing keys can't be used at the moment; try again shortly."
        case .invalidClient: "The API client is unknown here, or its secret is wrong."
        case .unsupportedTokenType: "A token of this kind can't be revoked."
        case .tenantExists: "A tenant of that slug exists already."
        case .userNotFound: "There is no such user."
        case .keyNotFound: "There is no such key."
        case .clientNotFound: "There is no such API client."
        case .mailNotFound: "There is no such dead letter."
        case .webhookNotFound: "There is no such webhook."
        case .webhookMessageNotFound: "There is no such message to a webhook."
        case .mailTemplateNotFound: "There is no such wording of the tenant's own."
        case .guardRefused(let reason), .invalidSetting(let reason), .confirmationRequired(let reason),
            .schemaOutdated(let reason):
            reason
        }
    }
}
