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
    /// A recognised device shares neither the account's budget nor its source's: who else guesses at the account, or is behind that
    /// address, doesn't keep it out. It has one of its own, and one with the other devices of its user. When these have used that up,
    /// which takes several of them, it pays as anybody does: by that it is slowed down, and not refused as long as others aren't.
    ///
    /// All stale devices of a user share one device's budget, and pay as anybody does beyond it: strangers don't keep the owner out
    /// by guessing on after the password has changed, and whoever has kept many tokens guesses no more than by one.
    func begin(
        on account: GuessedAccount, by device: KnownDevice? = nil, from client: ClientInfo, in tenant: UUID
    ) async throws -> GuessAttempt {
        switch device {
        case .recognised(let claims): try await begin(on: account, byRecognised: claims, from: client, in: tenant)
        case .stale(let claims): try await begin(on: account, byStale: claims, from: client, in: tenant)
        case nil: try await begin(on: account, after: [], from: client, in: tenant)
        }
    }

    private func begin(
        on account: GuessedAccount, byRecognised device: DeviceClaims, from client: ClientInfo, in tenant: UUID
    ) async throws -> GuessAttempt {
        guard let budget = limits.device else { return GuessAttempt(tenant: tenant, source: nil, accounts: []) }
        let own = GuessedAccount(device)
        let attempt = GuessStatements.DeviceAttempt(device: device, budget: budget)
        switch try await database.first(GuessStatements.countByDevice, attempt, in: tenant) {
        case nil:
            throw try await refusal(on: own, in: tenant)
        case true?:
            return GuessAttempt(
                tenant: tenant, source: nil, accounts: [own, GuessedAccount(devicesLike: device)],
                isWithinBudgetsOfDevices: true)
        case false?:
            return try await judging(GuessAttempt(tenant: tenant, source: nil, accounts: [own])) {
                try await begin(on: account, after: [own], from: client, in: tenant)
            }
        }
    }

    private func begin(
        on account: GuessedAccount, byStale device: DeviceClaims, from client: ClientInfo, in tenant: UUID
    ) async throws -> GuessAttempt {
        // Where devices aren't limited, the account's budget has to bound whoever knew an earlier password.
        guard let budget = limits.device else {
            return try await begin(on: account, after: [], from: client, in: tenant)
        }
        let stale = GuessedAccount(staleDevicesLike: device)
        let attempt = GuessStatements.Attempt(tenant: tenant, account: stale, budget: budget)
        guard try await database.first(GuessStatements.count, attempt, in: tenant) != nil else {
            return try await begin(on: account, after: [], from: client, in: tenant)
        }
        return GuessAttempt(tenant: tenant, source: nil, accounts: [stale])
    }

    /// - Parameter counted: What the attempt has been counted against already.
    private func begin(
        on account: GuessedAccount, after counted: [GuessedAccount], from client: ClientInfo, in tenant: UUID
    ) async throws -> GuessAttempt {
        let source = SourceAddress(client.address)
        try sources.count(source)
        guard let budget = limits.account else {
            return GuessAttempt(tenant: tenant, source: source, accounts: counted)
        }
        let attempt = GuessStatements.Attempt(tenant: tenant, account: account, budget: budget)
        var isCounted = false
        // Where nothing is going to be guessed, the source, which others may share, doesn't pay for it.
        defer { if !isCounted { sources.giveBack(source) } }
        isCounted = try await database.first(GuessStatements.count, attempt, in: tenant) != nil
        guard isCounted else { throw try await refusal(on: account, in: tenant) }
        return GuessAttempt(tenant: tenant, source: source, accounts: counted + [account])
    }

    private func refusal(on account: GuessedAccount, in tenant: UUID) async throws -> Refusal {
        let wait = try await database.first(GuessStatements.wait, (tenant, account), in: tenant)
        return .tooManyAttempts(retryAfter: Int(wait ?? 1))
    }

    /// Counts an attempt that names no account against its source alone. Throws `Refusal.tooManyAttempts`.
    func begin(from client: ClientInfo, in tenant: UUID) throws(Refusal) -> GuessAttempt {
        let source = SourceAddress(client.address)
        try sources.count(source)
        return GuessAttempt(tenant: tenant, source: source, accounts: [])
    }

    /// The password was right, or was never looked at. The answer stands whether or not this reaches the database: at
    /// worst a failure too many is counted until the window ends.
    func giveBack(_ attempt: GuessAttempt) async {
        if let source = attempt.source { sources.giveBack(source) }
        guard let first = attempt.accounts.first else { return }
        let second = attempt.accounts.dropFirst().first
        // In a task of its own, because the request's may have been cancelled, and that is why nothing was looked at.
        await Task {
            _ = try? await database.execute(
                GuessStatements.giveBack, (attempt.tenant, first, second), in: attempt.tenant, always: true)
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
    /// Nil where devices have budgets of their own, or none are limited.
    let source: SourceAddress?
    /// What it is counted against in the database: a device, then all of them or the account, or one of these, or all stale devices;
    /// nothing that isn't limited.
    let accounts: [GuessedAccount]
    /// Whether the budgets of recognised devices bound it, and not those that strangers share.
    var isWithinBudgetsOfDevices = false
}
