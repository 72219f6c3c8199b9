import FoundationEssentials
import Logging
import Postgres

/// A one-time token and who gets it.
struct IssuedOneTimeToken: Sendable {
    let user: User
    let token: OneTimeToken?
    let code: OneTimeCode?
    /// For how many minutes the token is good, rounded down; an attempt that comes late has fewer.
    let tokenMinutes: Int
    /// The same of the code.
    let codeMinutes: Int
}

/// Makes the one-time token of a mail, at its first attempt, and the same again at later ones.
struct IssueOneTimeToken: Sendable {
    let database: Database
    let secrets: OneTimeSecrets
    let logger: Logger

    /// Nil when the mail isn't to be sent: nobody has that address, they are disabled and it tells of no change of address, have verified
    /// it already, have asked again since, have used the token that an earlier attempt sent, or would get nothing that is still good.
    func callAsFunction(for mail: QueuedMail, purpose: OneTimePurpose, in tenant: Tenant) async throws
        -> IssuedOneTimeToken?
    {
        let form = Form(purpose, in: tenant)
        guard let form else { return nil }
        return try await database.transaction(in: tenant.id) { transaction in
            let holder = (tenant.id, mail.user, mail.recipient, purpose)
            guard let user = try await transaction.first(OneTimeTokenStatements.holder, holder),
                Self.isWanted(mail, by: user)
            else { return nil }
            if !mail.isIssued { try await store(mail, purpose, form, for: user, in: tenant, transaction) }
            guard let issued = try await transaction.first(OneTimeTokenStatements.issued, (tenant.id, mail.id)) else {
                return nil
            }
            let codeMinutes = Int((issued.codeSeconds ?? 0) / 60)
            guard issued.hasToken || codeMinutes > 0 else { return nil }
            let (token, code) = try remade(issued.masterKeyID, of: mail, purpose, in: tenant.id)
            return IssuedOneTimeToken(
                user: user, token: issued.hasToken ? token : nil, code: codeMinutes > 0 ? code : nil,
                tokenMinutes: Int(issued.tokenSeconds / 60), codeMinutes: codeMinutes)
        }
    }

    /// What was stored, as it stands in the mail. An instance that lacks the master key it was made under leaves it to another.
    private func remade(
        _ key: String, of mail: QueuedMail, _ purpose: OneTimePurpose, in tenant: UUID
    ) throws(FieldFault) -> (OneTimeToken, OneTimeCode) {
        guard let token = secrets.token(of: mail.id, for: purpose, in: tenant, under: key),
            let code = secrets.code(of: mail.id, for: purpose, in: tenant, under: key)
        else {
            throw FieldFault(code: "unknown_master_key", message: "The token was made under another master key.")
        }
        return (token, code)
    }

    /// Whether the mail still says something to its reader. A verification or a reset goes to the address that the account has now.
    private static func isWanted(_ mail: QueuedMail, by user: User) -> Bool {
        let isOwnAddress = user.email.foldingASCIICase == mail.recipient.foldingASCIICase
        return switch mail.kind {
        case .verifyEmail: isOwnAddress && !user.emailVerified
        case .passwordReset, .logIn: isOwnAddress
        default: true
        }
    }

    private func store(
        _ mail: QueuedMail, _ purpose: OneTimePurpose, _ form: Form, for user: User, in tenant: Tenant,
        _ transaction: Transaction
    ) async throws {
        // A mail that is gone meanwhile has been voided by a change of the account; one that was issued meanwhile may have been used.
        let noted = try await transaction.execute(MailStatements.noteIssued, (tenant.id, mail.id, user.id))
        guard noted == 1 else { return }
        let key = secrets.masterKeyID(of: tenant.id, with: try await transaction.query(KeyStatements.all, tenant.id))
        let token = form.hasToken ? secrets.token(of: mail.id, for: purpose, in: tenant.id, under: key) : nil
        _ = try await transaction.execute(
            OneTimeTokenStatements.removeOlder, (tenant.id, user.id, purpose, mail.id))
        let stored = try await transaction.execute(
            OneTimeTokenStatements.insert,
            NewOneTimeToken(
                tenant: tenant.id, id: mail.id, user: user.id, purpose: purpose, email: mail.recipient,
                tokenHash: token.flatMap { secrets.tokenHash(of: $0.text) }, masterKeyID: key, hasCode: form.hasCode))
        guard stored == 0 else { return }
        // As a rule whoever asked has the later one. Where the database's clock has stepped back, this alone tells why none came.
        logger.warning(
            "A mail was dropped: the token of one that was asked for later has been made.",
            metadata: [
                "tenant": "\(tenant.slug)", "mail": "\(mail.id.lowercaseString)", "kind": "\(mail.kind.rawValue)",
            ])
    }

    /// Whether a mail has a link, a code, or both.
    private struct Form {
        let hasToken: Bool
        let hasCode: Bool

        /// Nil where the tenant doesn't want such mails.
        init?(_ purpose: OneTimePurpose, in tenant: Tenant) {
            switch purpose {
            case .logIn:
                guard tenant.settings.emailLogin != .off else { return nil }
                hasToken = tenant.settings.emailLogin == .link
                hasCode = tenant.settings.emailLogin == .code
            case .verifyEmail, .resetPassword, .changeEmail, .undoEmailChange:
                (hasToken, hasCode) = (true, purpose.hasCode)
            }
        }
    }
}
