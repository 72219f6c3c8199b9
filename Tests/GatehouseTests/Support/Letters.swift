import FoundationEssentials
import Mail
import Testing

@testable import Gatehouse

/// What somebody finds in a mail.
struct Letter: Sendable {
    let recipient: String
    let subject: String
    let token: String?
    let code: String?

    fileprivate init(_ message: MailMessage) {
        recipient = message.to.text
        subject = message.subject
        token = message.text.firstMatch(of: #/[a-z]{3}_[A-Za-z0-9_-]{43}/#).map { String($0.0) }
        code = message.text.firstMatch(of: #/(?m)^\d{8}$/#).map { String($0.0) }
    }

    /// The code with the address it was sent to, as its reader types them.
    var proofByCode: OneTimeProof {
        get throws { .code(try #require(code), email: recipient) }
    }

    var proofByToken: OneTimeProof {
        get throws { .token(try #require(token)) }
    }
}

extension Installation {
    /// Has everything sent that is due; what was, oldest first.
    @discardableResult
    func letters() async throws -> [Letter] {
        let mailroom = Mailroom()
        try await deliverer(to: mailroom).sendAllDue()
        return mailroom.sent.map(Letter.init)
    }

    /// The only mail that was sent.
    func letter() async throws -> Letter {
        let letters = try await letters()
        return try #require(letters.count == 1 ? letters.first : nil, "\(letters.map(\.subject))")
    }

    /// The mail that somebody gets who has forgotten their password.
    func resetLetter(
        _ email: String = "ada@example.com", in tenant: ServedTenant
    ) async throws -> Letter {
        try await service.requestMail.passwordReset(to: EmailAddress(email), from: Self.client, in: tenant)
        return try await letter()
    }

    static let newPassword = "another-Lintel92-quasar"

    func reset(_ proof: OneTimeProof, to password: String = newPassword, in tenant: ServedTenant) async throws {
        try await service.resetPassword(proof, new: Password(password), from: Self.client, in: tenant)
    }

    /// How many one-time tokens there are in all tenants.
    func tokenCount() async throws -> Int {
        try await rowCount("one_time_tokens")
    }

    /// The user as stored now.
    func user(_ email: String = "ada@example.com") async throws -> User {
        try await administration.showUser(tenant: "shop", user: email)
    }

    /// Somebody who registers and then shows that the address is theirs.
    func registerVerified(_ email: String = "ada@example.com", in tenant: ServedTenant) async throws -> IssuedSession {
        let session = try await register(email, in: tenant)
        try await service.requestMail.verification(of: EmailAddress(email), from: Self.client, in: tenant)
        try await service.verifyEmail(try await letter().proofByToken, from: Self.client, in: tenant)
        return session
    }

    func signedIn(_ session: IssuedSession, in tenant: ServedTenant) async throws -> SignedIn {
        try await service.authenticate(session.accessToken, in: tenant)
    }
}
