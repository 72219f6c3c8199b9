public import Logging

/// What the service does for its apps and their users: every operation that the HTTP API calls.
public final class LoginService: Sendable {
    public let directory: TenantDirectory
    public let register: Register
    public let logIn: LogIn
    public let refresh: RefreshSession
    public let authenticate: Authenticate
    public let logOut: LogOut
    public let updateProfile: UpdateProfile
    public let changePassword: ChangePassword
    public let listSessions: ListSessions
    public let endSession: EndSession
    public let verify: VerifyAccess
    public let introspect: IntrospectToken
    public let revoke: RevokeToken
    public let requestMail: RequestMail
    public let resetPassword: ResetPassword
    public let verifyEmail: VerifyEmail
    public let logInByMail: LogInByMail
    public let changeEmail: ChangeEmail
    public let confirmEmail: ConfirmEmail
    public let undoEmailChange: UndoEmailChange
    public let deleteAccount: DeleteAccount

    public init(
        database: Database, directory: TenantDirectory, hasher: PasswordHasher, secrets: OneTimeSecrets,
        limits: GuessLimits, clock: Clock = .system, logger: Logger, metrics: SessionMetrics = SessionMetrics()
    ) {
        let identifiers = IdentifierSource(clock: clock)
        let tokens = TokenReader(directory: directory, clock: clock)
        let guesses = GuessGuard(database: database, limits: limits)
        let passwords = PasswordCheck(hasher: hasher, logger: logger)
        let failures = FailedAttempts(database: database, identifiers: identifiers)
        let trail = AuditTrail(actor: AuditEvent.user, identifiers: identifiers)
        self.directory = directory
        register = Register(
            database: database, directory: directory, hasher: hasher, identifiers: identifiers, guesses: guesses,
            budget: limits.mail)
        logIn = LogIn(
            database: database, directory: directory, passwords: passwords, identifiers: identifiers, guesses: guesses,
            failures: failures, devices: RecogniseDevice(clock: clock), metrics: metrics)
        refresh = RefreshSession(
            database: database, tokens: tokens, identifiers: identifiers, logger: logger, metrics: metrics)
        authenticate = Authenticate(database: database, tokens: tokens)
        logOut = LogOut(database: database, tokens: tokens, identifiers: identifiers)
        updateProfile = UpdateProfile(database: database, identifiers: identifiers, budget: limits.profile)
        let currentPassword = CurrentPassword(
            database: database, passwords: passwords, guesses: guesses, failures: failures)
        changePassword = ChangePassword(
            database: database, currentPassword: currentPassword, hasher: hasher, trail: trail)
        listSessions = ListSessions(database: database)
        endSession = EndSession(database: database, identifiers: identifiers)
        verify = VerifyAccess(tokens: tokens)
        introspect = IntrospectToken(database: database, tokens: tokens)
        revoke = RevokeToken(database: database, tokens: tokens, identifiers: identifiers)
        let redeem = RedeemOneTimeToken(
            database: database, secrets: secrets, guesses: guesses, failures: failures, identifiers: identifiers)
        requestMail = RequestMail(
            database: database, identifiers: identifiers, guesses: guesses, budget: limits.mail)
        resetPassword = ResetPassword(database: database, redeem: redeem, hasher: hasher, trail: trail)
        verifyEmail = VerifyEmail(database: database, redeem: redeem, trail: trail)
        logInByMail = LogInByMail(
            database: database, directory: directory, redeem: redeem, identifiers: identifiers,
            devices: RecogniseDevice(clock: clock), metrics: metrics)
        changeEmail = ChangeEmail(currentPassword: currentPassword, mails: requestMail)
        let endChanges = EndEmailChanges(identifiers: identifiers)
        confirmEmail = ConfirmEmail(
            database: database, redeem: redeem, trail: trail, endChanges: endChanges, budget: limits.mail)
        undoEmailChange = UndoEmailChange(database: database, redeem: redeem, trail: trail, endChanges: endChanges)
        deleteAccount = DeleteAccount(database: database, currentPassword: currentPassword, trail: trail)
    }
}
