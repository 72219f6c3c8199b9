import FoundationEssentials
import Mail
import TestSupport
import Testing

@testable import Gatehouse

/// What becomes of mails that can't be sent at once.
@Suite("Mails that are sent again", .installation) struct MailRetryTests {
    private let mailroom = Mailroom()

    @Test(
        "What a server refuses for now is sent later, as the same mail with the same token; what it refuses for good is a dead letter"
    )
    func retries() async throws {
        let installation = try await Installation.make()
        let tenant = try await installation.tenant()
        _ = try await installation.register(in: tenant)
        let deliverer = installation.deliverer(to: mailroom)
        let id = try await installation.enqueue(.passwordReset, in: tenant)
        mailroom.refuse(.connect, .refused(status: 451))
        #expect(try await deliverer.sendAllDue() == 1)
        #expect(try await deliverer.sendAllDue() == 0, "it waits for its time")
        let waiting = try #require(try await installation.administration.listMail(tenant: "shop", limit: 10).first)
        #expect(waiting.id == id && waiting.failure == "connect" && waiting.failedAt == nil && waiting.attempts == 1)
        let first = try await issuedToken(id, in: installation, tenant)
        try await installation.makeDue()
        #expect(try await deliverer.sendAllDue() == 1)
        try await installation.makeDue()
        #expect(try await deliverer.sendAllDue() == 1)
        #expect(mailroom.sent.count == 1)
        #expect(mailroom.sent[0].text.contains(first) && mailroom.sent[0].messageID.text.hasPrefix(id.lowercaseString))

        try await installation.enqueue(.passwordReset, in: tenant)
        mailroom.refuse(.refused(status: 550))
        #expect(try await deliverer.sendAllDue() == 1)
        try await installation.makeDue()
        #expect(try await deliverer.sendAllDue() == 0)
        let dead = try #require(try await installation.administration.listMail(tenant: "shop", limit: 10).first)
        #expect(dead.failure == "smtp_550" && dead.failedAt != nil && dead.dueAt == nil)
        let retried = try await installation.administration.retryMail(tenant: "shop", mail: dead.id)
        #expect(retried.count == 1 && retried.allSatisfy { $0.id != dead.id && $0.failedAt == nil })
        #expect(try await deliverer.sendAllDue() == 1)
        #expect(mailroom.sent.count == 2)
        await #expect(throws: Refusal.mailNotFound) {
            try await installation.administration.retryMail(tenant: "shop", mail: dead.id)
        }
    }

    @Test(
        "A mail that can't be sent while it is worth sending becomes a dead letter",
        arguments: [(3590.0, "connect"), (3601.0, "expired")])
    func givesUp(age: Double, reason: String) async throws {
        let installation = try await Installation.make()
        let tenant = try await installation.tenant()
        _ = try await installation.register(in: tenant)
        try await installation.enqueue(.passwordReset, in: tenant)
        try await installation.ageMails(by: age)
        mailroom.refuse(.connect)
        try await installation.deliverer(to: mailroom).sendAllDue()
        let dead = try await installation.administration.listMail(tenant: "shop", limit: 10)
        #expect(dead.map(\.failure) == [reason] && dead.allSatisfy { $0.failedAt != nil })
        #expect(mailroom.sent.isEmpty)
    }

    @Test(
        "An instance whose clock is wrong gives up no mail that is worth sending, and sends none that isn't",
        arguments: [-86_400.0, 86_400])
    func wrongClock(seconds: Double) async throws {
        let installation = try await Installation.make()
        let tenant = try await installation.tenant { $0.emailLogin = .link }
        _ = try await installation.register(in: tenant)
        let clock = Clock { Date().addingTimeInterval(seconds) }
        let deliverer = installation.deliverer(to: mailroom, clock: clock)
        try await installation.enqueue(.logIn, in: tenant)
        mailroom.refuse(.connect)
        #expect(try await deliverer.sendAllDue() == 1)
        try await installation.makeDue()
        #expect(try await deliverer.sendAllDue() == 1)
        #expect(mailroom.sent.count == 1)

        try await installation.enqueue(.passwordReset, in: tenant)
        try await installation.ageMails(by: 3601)
        #expect(try await deliverer.sendAllDue() == 1)
        #expect(mailroom.sent.count == 1)
        let dead = try await installation.administration.listMail(tenant: "shop", limit: 10)
        #expect(dead.map(\.failure) == ["expired"])
    }

    private func issuedToken(_ id: UUID, in installation: Installation, _ tenant: ServedTenant) async throws -> String {
        let key = installation.secrets.sealingKeyID
        return try #require(
            installation.secrets.token(of: id, for: .resetPassword, in: tenant.tenant.id, under: key)
        ).text
    }
}
