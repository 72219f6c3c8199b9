import FoundationEssentials
import Mail
import TestSupport
import Testing

@testable import Gatehouse

@Suite("Notices of a changed address that are sent again", .installation) struct RetriedNoticeTests {
    /// Changes the address; the notice to the one before is queued.
    private func change(
        to email: String, by session: IssuedSession, in tenant: ServedTenant, _ installation: Installation
    ) async throws {
        try await installation.service.changeEmail(
            to: EmailAddress(email), current: Password(Installation.password),
            of: try await installation.signedIn(session, in: tenant), from: Installation.client, in: tenant)
        try await installation.service.confirmEmail(
            try await installation.letter().proofByToken, from: Installation.client, in: tenant)
    }

    private func undo(_ token: String?, in tenant: ServedTenant, _ installation: Installation) async throws {
        try await installation.service.undoEmailChange(
            token: try #require(token), from: Installation.client, in: tenant)
    }

    @Test("The owner of the first address has the last word also where the notice came only by `mail retry`")
    func lastWord() async throws {
        let installation = try await Installation.make()
        let tenant = try await installation.tenant()
        let session = try await installation.registerVerified(in: tenant)
        try await change(to: "thief@example.com", by: session, in: tenant, installation)
        let mailroom = Mailroom()
        mailroom.refuse(.refused(status: 550))
        try await installation.deliverer(to: mailroom).sendAllDue()
        let dead = try #require(try await installation.administration.listMail(tenant: "shop", limit: 1).first)
        try await change(to: "other@example.com", by: session, in: tenant, installation)
        let later = try await installation.letter()
        _ = try await installation.administration.retryMail(tenant: "shop", mail: nil)
        let retried = try await installation.letter()
        #expect(retried.recipient == "ada@example.com" && later.recipient == "thief@example.com")

        let lost = installation.secrets.token(
            of: dead.id, for: .undoEmailChange, in: tenant.tenant.id, under: installation.secrets.sealingKeyID)
        await #expect(throws: Refusal.invalidToken) { try await undo(lost?.text, in: tenant, installation) }
        try await undo(later.token, in: tenant, installation)
        try await undo(retried.token, in: tenant, installation)
        #expect(try await installation.user().id == session.user?.id)
    }
}
