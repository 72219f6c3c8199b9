import FoundationEssentials
import Mail
import TestSupport
import Testing

@testable import Gatehouse

@Suite("Notices of a changed address that are sent again", .installation) struct RetriedNoticeTests {
    @Test("The owner of the first address has the last word also where the notice came only by `mail retry`")
    func lastWord() async throws {
        let installation = try await Installation.make()
        let tenant = try await installation.tenant()
        let session = try await installation.registerVerified(in: tenant)
        try await installation.changeAddress(to: "thief@example.com", by: session, in: tenant)
        let mailroom = Mailroom()
        mailroom.refuse(.refused(status: 550))
        try await installation.deliverer(to: mailroom).sendAllDue()
        let dead = try #require(try await installation.administration.listMail(tenant: "shop", limit: 1).first)
        try await installation.changeAddress(to: "other@example.com", by: session, in: tenant)
        let later = try await installation.letter()
        let queued = try #require(try await installation.administration.retryMail(tenant: "shop", mail: nil).first)
        // All of the moment, and nothing of what follows it.
        #expect(queued.id.lowercaseString.prefix(18) == dead.id.lowercaseString.prefix(18))
        #expect(queued.id.lowercaseString.suffix(12) != dead.id.lowercaseString.suffix(12))
        let retried = try await installation.letter()
        #expect(retried.recipient == "ada@example.com" && later.recipient == "thief@example.com")

        let lost = installation.secrets.token(
            of: dead.id, for: .undoEmailChange, in: tenant.tenant.id, under: installation.secrets.sealingKeyID)
        await #expect(throws: Refusal.invalidToken) { try await installation.undoAddressChange(lost?.text, in: tenant) }
        try await installation.undoAddressChange(later.token, in: tenant)
        try await installation.undoAddressChange(retried.token, in: tenant)
        #expect(try await installation.user().id == session.user?.id)
    }
}
