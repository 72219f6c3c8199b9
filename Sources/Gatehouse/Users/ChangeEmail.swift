import FoundationEssentials
import Postgres

/// A signed-in user wants another address, which is theirs once they say so from there.
public struct ChangeEmail: Sendable {
    let currentPassword: CurrentPassword
    let mails: RequestMail

    /// Has a token sent to the new address. Nothing tells whether that is somebody's already.
    ///
    /// Throws `wrongCurrentPassword`, also where this session has changed the password meanwhile, `freshSignInNeeded`, `tooManyAttempts`,
    /// `overloaded`, and `sessionEnded` when this session was ended: a token made after that would outlive the change.
    ///
    /// - Parameter current: Nil for an account without a password.
    public func callAsFunction(
        to address: EmailAddress, current: Password?, of signedIn: SignedIn, from client: ClientInfo,
        in served: ServedTenant
    ) async throws {
        let stored = try await currentPassword.checkIfAny(
            current, of: signedIn, recording: .emailChangeFailed, from: client, in: served.tenant.id)
        try await mails.confirmation(
            of: address, by: signedIn, passwordVersion: stored.passwordVersion, from: client, in: served)
    }
}

/// Somebody who was mailed a token at a new address makes it that of the account.
public struct ConfirmEmail: Sendable {
    let database: Database
    let redeem: RedeemOneTimeToken
    let trail: AuditTrail
    let endChanges: EndEmailChanges
    /// Of mails to an address.
    let budget: GuessBudget?

    /// The address before is told, in the same transaction, and can take the change back if it was verified: of another nobody knows
    /// whether it was ever the user's. Sessions go on.
    ///
    /// Where the new address can take an earlier change back, it has done so by this: else whoever had moved the account away would be
    /// mailed a way to return, which is good for longer than the owner's.
    ///
    /// Throws `invalidToken`, `tooManyAttempts`, and `emailTaken` where somebody has the address meanwhile: only whoever reads its
    /// mail is told, and the token stays good.
    public func callAsFunction(_ proof: OneTimeProof, from client: ClientInfo, in served: ServedTenant) async throws {
        let tenant = served.tenant.id
        let token = try await redeem.find(proof, for: .changeEmail, from: client, in: served)
        do {
            try await database.transaction(in: tenant, refusing: .invalidToken) { transaction in
                let used = try await redeem.useUp(token, in: transaction, of: tenant)
                guard let before = try await transaction.first(UserStatements.setEmail, (tenant, used.user, used.email))
                else { throw Refusal.invalidToken }
                var detail: JSONObject = ["method": .string(token.method.rawValue)]
                if let undone = try await transaction.first(UndoStatements.earliest, (tenant, used.user, used.email)) {
                    detail["undone"] = true
                    try await endChanges(
                        since: undone, leaving: before, for: used, from: client, in: transaction, of: tenant)
                } else {
                    _ = try await transaction.execute(OneTimeTokenStatements.void, (tenant, used.user, nil))
                    try await tell(before, of: used, from: client, in: transaction, of: tenant)
                }
                try await trail.record(
                    .emailChanged, in: transaction, tenant: tenant, user: used.user, from: client, detail: detail)
            }
        } catch let error as PostgresError {
            throw error.userConflict ?? error
        }
    }

    /// An address that was never verified may be a stranger's, who isn't told the new one, and is given no way into an account whose
    /// password somebody else knows. It gets few of these mails, as whoever registers it may move the account away and register it again.
    /// The owner of a verified one is told each time: nobody keeps them from hearing of a change by making others before it.
    private func tell(
        _ before: FormerEmail, of used: UsedToken, from client: ClientInfo, in transaction: Transaction, of tenant: UUID
    ) async throws {
        let notice = NewMail(
            id: trail.identifiers.next(), tenant: tenant, user: used.user,
            kind: before.isVerified ? .emailChanged : .unverifiedEmailChanged, recipient: before.text,
            locale: client.language, detail: before.isVerified ? ["new_email": .string(used.email)] : [:])
        if before.isVerified {
            _ = try await transaction.execute(UndoStatements.enqueueNotice, notice)
        } else {
            let subject = CountedSubject(mailsOf: notice.kind, to: before.text, in: tenant)
            _ = try await transaction.first(
                MailRequestStatements.enqueue,
                MailRequestStatements.Request(mail: notice, subject: subject, budget: budget))
        }
    }
}

/// The owner of an address from which an account was moved away takes it back.
public struct UndoEmailChange: Sendable {
    let database: Database
    let redeem: RedeemOneTimeToken
    let trail: AuditTrail
    let endChanges: EndEmailChanges

    /// Every session of the user ends, and whatever was mailed to them since is void: of several changes, the undoing of the first
    /// ends what followed, and that of a later one leaves the first as it is. The address that the account had until then is told.
    ///
    /// Throws `invalidToken`, `tooManyAttempts`, and `emailTaken` where somebody else has the address meanwhile.
    public func callAsFunction(token text: String, from client: ClientInfo, in served: ServedTenant) async throws {
        let tenant = served.tenant.id
        let token = try await redeem.find(.token(text), for: .undoEmailChange, from: client, in: served)
        do {
            try await database.transaction(in: tenant, refusing: .invalidToken) { transaction in
                let used = try await redeem.useUp(token, in: transaction, of: tenant)
                guard let before = try await transaction.first(UserStatements.setEmail, (tenant, used.user, used.email))
                else { throw Refusal.invalidToken }
                let ended =
                    try await transaction.first(
                        SessionStatements.endAllOfUser, (tenant, used.user, nil, .emailChangeUndone)) ?? 0
                try await endChanges(
                    since: used.id, leaving: before, for: used, from: client, in: transaction, of: tenant)
                try await trail.record(
                    .emailChangeUndone, in: transaction, tenant: tenant, user: used.user, from: client,
                    detail: ["sessions_ended": .integer(ended)])
            }
        } catch let error as PostgresError {
            throw error.userConflict ?? error
        }
    }
}

/// The address that an account had before a change.
struct FormerEmail: Sendable {
    let text: String
    let isVerified: Bool
}

extension UserStatements {
    /// Gives a user, whose row is locked, an address that has been shown to be theirs. The one before.
    static let setEmail = Statement<(tenant: UUID, id: UUID, email: String), FormerEmail>(
        """
        with before as (
            select u.email, u.email_verified_at is not null as is_verified from users u
            where u.tenant_id = $1 and u.id = $2
        )
        update users u set email = $3, email_verified_at = now(), updated_at = now() from before
        where u.tenant_id = $1 and u.id = $2
        returning before.email, before.is_verified
        """,
        bind: { ($0.tenant, $0.id, $0.email) }, row: FormerEmail.init(text:isVerified:))
}
