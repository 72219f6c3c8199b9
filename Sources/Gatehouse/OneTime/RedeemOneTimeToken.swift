import FoundationEssentials
import Postgres

/// Takes what was mailed back: finds the token, and uses it up in the transaction of what it lets its presenter do.
///
/// Unknown, used, expired, of another purpose or tenant, a user who is unknown or disabled: all of it is `invalidToken`.
struct RedeemOneTimeToken: Sendable {
    let database: Database
    let secrets: OneTimeSecrets
    let guesses: GuessGuard
    let failures: FailedAttempts
    let identifiers: IdentifierSource

    /// The live token behind what was presented; it isn't used up yet, but a code has lost a guess.
    ///
    /// - Parameter device: Where it is one of the account's, a wrong code counts against the budgets of devices while they last, and not
    ///   among the five that the code stands: whoever guesses elsewhere keeps it out of nothing. One from before the password takes of the
    ///   five.
    func find(
        _ proof: OneTimeProof, for purpose: OneTimePurpose, device: DeviceClaims? = nil, from client: ClientInfo,
        in served: ServedTenant
    ) async throws -> LiveToken {
        switch proof {
        case .token(let text): try await find(token: text, for: purpose, from: client, in: served.tenant.id)
        case .code(let code, let email):
            try await find(code, of: TypedEmail(email), for: purpose, device, from: client, in: served.tenant.id)
        }
    }

    /// Uses the token up for what the rest of the transaction does. Where that fails, the token is as good as before. Throws `invalidToken`
    /// also where the tenant was disabled meanwhile: a transaction that is `refusing` that tells the two apart.
    func useUp(_ token: LiveToken, in transaction: Transaction, of tenant: UUID) async throws -> UsedToken {
        guard let used = try await transaction.first(RedeemStatements.useUp, (tenant, token)) else {
            throw Refusal.invalidToken
        }
        return used
    }

    /// 256 bits aren't guessed, so this counts against the source alone, and only what isn't found. It is looked for first, which costs one
    /// row by its index whatever the source has used up: whoever has the link is kept out by nobody who shares their address.
    private func find(
        token: String, for purpose: OneTimePurpose, from client: ClientInfo, in tenant: UUID
    ) async throws -> LiveToken {
        if let hash = secrets.tokenHash(of: token),
            let found = try await database.first(RedeemStatements.byToken, (tenant, hash, purpose), in: tenant)
        {
            return found
        }
        _ = try guesses.begin(from: client, in: tenant)
        throw try await database.refusal(.invalidToken, in: tenant)
    }

    /// The same work whether or not somebody has that address, and whether or not there is a code.
    private func find(
        _ code: String, of email: TypedEmail, for purpose: OneTimePurpose, _ claimed: DeviceClaims?,
        from client: ClientInfo, in tenant: UUID
    ) async throws -> LiveToken {
        if claimed == nil { try guesses.checkSource(of: client) }
        let stored = try await owner(of: email, for: purpose, in: tenant)
        let user = stored?.user.id
        let account =
            purpose == .changeEmail
            ? GuessedAccount(newAddress: email, in: tenant) : GuessedAccount(user, orElse: .email(email), in: tenant)
        let device = stored.flatMap { claimed?.device(of: $0.user.id, passwordVersion: $0.passwordVersion) }
        let attempt = try await guesses.begin(on: account, by: device, from: client, in: tenant)
        let found = try await guesses.judging(attempt) {
            try await compare(
                code, with: user, or: email, for: purpose, isBudgeted: attempt.isWithinBudgetsOfDevices, in: tenant)
        }
        guard let found else {
            try await failures.record(
                .codeFailed, on: account, of: user, because: purpose.rawValue, from: client, in: tenant)
            throw Refusal.invalidToken
        }
        await guesses.giveBack(attempt)
        return found
    }

    /// Nil for an address that is nobody's: a new one never is.
    private func owner(of email: TypedEmail, for purpose: OneTimePurpose, in tenant: UUID) async throws -> StoredUser? {
        guard purpose != .changeEmail else { return nil }
        return try await database.first(UserStatements.byEmail, (tenant, email), in: tenant)
    }

    private func compare(
        _ code: String, with user: UUID?, or email: TypedEmail, for purpose: OneTimePurpose, isBudgeted: Bool,
        in tenant: UUID
    ) async throws -> LiveToken? {
        let rows =
            if purpose == .changeEmail {
                try await database.queryUnflushed(
                    RedeemStatements.takeGuessAtAddress, (tenant, email, secrets.masterKeyIDs), in: tenant)
            } else {
                try await database.queryUnflushed(
                    RedeemStatements.takeGuess,
                    (tenant, user ?? identifiers.next(), purpose, isBudgeted, secrets.masterKeyIDs), in: tenant)
            }
        if rows.isEmpty {
            _ = secrets.code(of: identifiers.next(), for: purpose, in: tenant, under: secrets.sealingKeyID)?.matches(
                code)
        }
        let judged = rows.map { row in
            let own = secrets.code(of: row.id, for: purpose, in: tenant, under: row.masterKeyID)
            return (row: row, isRight: own?.matches(code))
        }
        if let match = judged.first(where: { $0.isRight == true })?.row {
            return LiveToken(id: match.id, purpose: purpose, method: .code, email: match.email, user: match.user)
        }
        // One made under a master key that this instance lacks isn't wrong because this one can't tell.
        if judged.contains(where: { $0.isRight == nil }) { throw Refusal.keysUnavailable }
        return nil
    }
}
