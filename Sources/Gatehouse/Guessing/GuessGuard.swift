import FoundationEssentials
import Postgres

/// Keeps guessing slow: counts an attempt before the password is looked at, and takes it back when it was right.
///
/// Attempts on an account are counted in the database, for all instances together; sources in this instance's memory.
struct GuessGuard: Sendable {
    private let database: Database
    private let limits: GuessLimits
    private let sources: SourceCounter
    private let registrations: SourceCounter

    init(database: Database, limits: GuessLimits) {
        self.database = database
        self.limits = limits
        sources = SourceCounter(limits.source)
        registrations = SourceCounter(limits.register)
    }

    /// Throws `Refusal.tooManyAttempts` where the client's source has used its budget up: before anything is asked of the
    /// database, so that a flood costs it nothing. Who presents a device token of the tenant's isn't asked, as the account has to be
    /// known first: a flood by such a client costs a look at the account each time, and is refused by the budgets that follow.
    func checkSource(of client: ClientInfo) throws(Refusal) {
        try sources.check(SourceAddress(client.address))
    }

    /// Throws `Refusal.tooManyAttempts` when a budget is used up; nothing has been counted against the account then.
    ///
    /// A recognised device doesn't share its source's budget: who else is behind that address keeps it out no more than
    /// who else guesses at the account.
    func begin(on account: GuessedAccount, from client: ClientInfo, in tenant: UUID) async throws -> GuessAttempt {
        let source = account.isRecognisedDevice ? nil : SourceAddress(client.address)
        if let source { try sources.count(source) }
        guard let budget = account.isRecognisedDevice ? limits.device : limits.account else {
            return GuessAttempt(tenant: tenant, source: source, account: nil)
        }
        let attempt = GuessStatements.Attempt(tenant: tenant, account: account, budget: budget)
        var isCounted = false
        // Where nothing is going to be guessed, the source, which others may share, doesn't pay for it.
        defer { if !isCounted, let source { sources.giveBack(source) } }
        isCounted = try await database.first(GuessStatements.count, attempt, in: tenant) != nil
        guard isCounted else {
            let wait = try await database.first(GuessStatements.wait, (tenant, account), in: tenant)
            throw Refusal.tooManyAttempts(retryAfter: Int(wait ?? 1))
        }
        return GuessAttempt(tenant: tenant, source: source, account: account)
    }

    /// Counts an attempt that names no account against its source alone. Throws `Refusal.tooManyAttempts`.
    func begin(from client: ClientInfo, in tenant: UUID) throws(Refusal) -> GuessAttempt {
        let source = SourceAddress(client.address)
        try sources.count(source)
        return GuessAttempt(tenant: tenant, source: source, account: nil)
    }

    /// The password was right, or was never looked at. The answer stands whether or not this reaches the database: at
    /// worst a failure too many is counted until the window ends.
    func giveBack(_ attempt: GuessAttempt) async {
        if let source = attempt.source { sources.giveBack(source) }
        guard let account = attempt.account else { return }
        // In a task of its own, because the request's may have been cancelled, and that is why nothing was looked at.
        await Task {
            _ = try? await database.execute(
                GuessStatements.giveBack, (attempt.tenant, account), in: attempt.tenant, always: true)
        }.value
    }

    /// Runs what looks at the password; when it could not, the attempt is given back.
    func judging<Verdict>(_ attempt: GuessAttempt, _ body: () async throws -> Verdict) async throws -> Verdict {
        do {
            return try await body()
        } catch {
            await giveBack(attempt)
            throw error
        }
    }

    /// Whoever has mails sent pays as for failures: one address in a mail is as good as another.
    func countMailRequest(from client: ClientInfo) throws(Refusal) {
        try sources.count(SourceAddress(client.address))
    }

    func countRegistration(from client: ClientInfo) throws(Refusal) {
        try registrations.count(SourceAddress(client.address))
    }
}

/// An attempt that has been counted.
struct GuessAttempt: Sendable {
    let tenant: UUID
    /// Nil for a recognised device.
    let source: SourceAddress?
    /// Nil when attempts on accounts, or those of devices, are not limited.
    let account: GuessedAccount?
}
