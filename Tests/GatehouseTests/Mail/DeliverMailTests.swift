import FoundationEssentials
import Mail
import Postgres
import TestSupport
import Testing

@testable import Gatehouse

@Suite("Delivery of mails", .installation) struct DeliverMailTests {
    private let mailroom = Mailroom()

    @Test("A mail is sent once, from the tenant's mailbox, with a link to the tenant's page, and leaves nothing behind")
    func sends() async throws {
        let installation = try await Installation.make()
        let tenant = try await installation.tenant {
            $0.name = "The Shop"
            $0.mailFrom = "Shop <no-reply@shop.example>"
            $0.appURL = "https://shop.example/account"
        }
        _ = try await installation.administration.createUser(tenant: "shop", email: "ada@example.com")
        let id = try await installation.enqueue(.passwordReset, in: tenant)
        #expect(try await installation.deliverer(to: mailroom).sendAllDue() == 1)
        #expect(try await installation.deliverer(to: mailroom).sendAllDue() == 0)

        let mail = try #require(mailroom.sent.first)
        #expect(mailroom.sent.count == 1)
        #expect(mail.from.description == "Shop <no-reply@shop.example>" && mail.to.text == "ada@example.com")
        #expect(mail.messageID.text == "\(id.lowercaseString)@shop.example")
        #expect(mail.subject == "Choose a new password for The Shop")
        let token = try #require(
            mail.text.firstMatch(of: #/https://shop.example/account\?token=(rst_[A-Za-z0-9_-]{43})\n/#))
        #expect(mail.html.contains("<a href=\"https://shop.example/account?token=\(token.1)\">"))
        #expect(mail.text.contains(#/\n\d{8}\n/#))
        #expect(try await installation.administration.listMail(tenant: "shop", limit: 10).isEmpty)
    }

    @Test("Nobody gets a mail at an address without an enabled account, or to verify what is verified")
    func nobody() async throws {
        let installation = try await Installation.make()
        let tenant = try await installation.tenant()
        _ = try await installation.administration.createUser(tenant: "shop", email: "ada@example.com", verified: true)
        _ = try await installation.administration.createUser(tenant: "shop", email: "bob@example.com")
        _ = try await installation.administration.disableUser(tenant: "shop", user: "bob@example.com")
        try await installation.enqueue(.passwordReset, to: "eve@example.com", in: tenant)
        try await installation.enqueue(.passwordReset, to: "bob@example.com", in: tenant)
        try await installation.enqueue(.verifyEmail, to: "ada@example.com", in: tenant)
        try await installation.enqueue(.logIn, to: "ada@example.com", in: tenant)
        #expect(try await installation.deliverer(to: mailroom).sendAllDue() == 4)
        #expect(mailroom.sent.isEmpty)
        #expect(try await installation.administration.listMail(tenant: "shop", limit: 10).isEmpty)
    }

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

    @Test("A mail that nobody foresaw keeps no other waiting")
    func unforeseen() async throws {
        let installation = try await Installation.make()
        let tenant = try await installation.tenant()
        try await installation.enqueue(.passwordChanged, to: "eve@example.com", in: tenant)
        try await installation.asSuperuser("update mails set kind = 'of_a_later_release'")
        try await installation.enqueue(.passwordChanged, to: "ada@example.com", in: tenant)
        #expect(try await installation.deliverer(to: mailroom).sendAllDue() == 2)
        #expect(mailroom.sent.map(\.to.text) == ["ada@example.com"])
        let left = try await installation.administration.listMail(tenant: "shop", limit: 10)
        #expect(left.map(\.recipient) == ["eve@example.com"] && left.allSatisfy { $0.attempts == 1 })
    }

    @Test("A code that comes late says for how long it is still good, and goes without when it isn't")
    func lateCodes() async throws {
        let installation = try await Installation.make()
        let tenant = try await installation.tenant()
        _ = try await installation.register(in: tenant)
        try await installation.enqueue(.passwordReset, in: tenant)
        for (left, words) in [("3.5 min", "good for 3 minutes"), ("-1 s", nil)] as [(String, String?)] {
            mailroom.refuse(.lost)
            try await installation.deliverer(to: mailroom).sendAllDue()
            try await installation.asSuperuser(
                "update one_time_tokens set code_expires_at = now() + interval '\(left)'")
            try await installation.makeDue()
            try await installation.deliverer(to: mailroom).sendAllDue()
            let mail = try #require(mailroom.sent.last)
            #expect(mail.text.contains(#/\n\d{8}\n/#) == (words != nil))
            if let words { #expect(mail.text.contains(words)) }
            try await installation.enqueue(.passwordReset, in: tenant)
        }
    }

    @Test("A token that has been used isn't made again for a mail that is sent a second time")
    func usedTokens() async throws {
        let installation = try await Installation.make()
        let tenant = try await installation.tenant()
        _ = try await installation.register(in: tenant)
        try await installation.enqueue(.passwordReset, in: tenant)
        // The mail was taken by the server, and its answer lost.
        mailroom.refuse(.lost)
        try await installation.deliverer(to: mailroom).sendAllDue()
        try await installation.asSuperuser("delete from one_time_tokens")
        try await installation.makeDue()
        #expect(try await installation.deliverer(to: mailroom).sendAllDue() == 1)
        #expect(mailroom.sent.isEmpty)
        #expect(try await installation.tokenCount() == 0)
    }

    @Test("A newer mail's token replaces an older one's, in whatever order they are sent; those to undo a change stay")
    func newest() async throws {
        let installation = try await Installation.make()
        let tenant = try await installation.tenant()
        let user = try #require(try await installation.register(in: tenant).user).id
        let older = try await installation.enqueue(.passwordReset, in: tenant)
        try await installation.asSuperuser("update deliveries set due_at = now() + interval '1 h'")
        let newer = try await installation.enqueue(.passwordReset, in: tenant)
        try await installation.deliverer(to: mailroom).sendAllDue()
        #expect(mailroom.sent.map(\.messageID.text).allSatisfy { $0.hasPrefix(newer.lowercaseString) })
        try await installation.makeDue()
        #expect(try await installation.deliverer(to: mailroom).sendAllDue() == 1)
        #expect(mailroom.sent.count == 1, "the older one, \(older), is no longer worth sending")
        #expect(try await installation.tokenCount() == 1)

        for _ in 1...2 {
            try await installation.enqueue(
                .emailChanged, user: user, detail: ["new_email": "eve@example.com"], in: tenant)
        }
        try await installation.deliverer(to: mailroom).sendAllDue()
        #expect(mailroom.sent.count == 3)
        #expect(try await installation.tokenCount() == 3)
    }

    @Test("Of many that look at once each mail is sent by one")
    func manySenders() async throws {
        let installation = try await Installation.make()
        let tenant = try await installation.tenant()
        for number in 1...40 {
            try await installation.enqueue(.passwordChanged, to: "user\(number)@example.com", in: tenant)
        }
        let deliverer = installation.deliverer(to: mailroom, connections: 4)
        let taken = try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 1...3 { group.addTask { try await deliverer.sendAllDue() } }
            return try await group.reduce(0, +)
        }
        #expect(taken == 40)
        #expect(Set(mailroom.sent.map(\.to.text)).count == 40 && mailroom.sent.count == 40)
    }

    @Test("Nothing in the database is a token or a code")
    func secrecy() async throws {
        let installation = try await Installation.make()
        let tenant = try await installation.tenant()
        _ = try await installation.register(in: tenant)
        try await installation.enqueue(.passwordReset, in: tenant)
        // It stays queued, with all there is of it.
        try await installation.deliverer(to: mailroom).sendAllDue()
        let mail = try #require(mailroom.sent.first)
        let token = try #require(mail.text.firstMatch(of: #/rst_[A-Za-z0-9_-]{43}/#)).0
        let code = try #require(mail.text.firstMatch(of: #/\n(\d{8})\n/#)).1
        let rows = Statement<Void, String>(
            "select t::text from one_time_tokens t union all select m::text from mails m", bind: { () },
            row: { (row: String) in row })
        let stored = try await Database(pool: installation.ownerPool).query(rows, (), in: tenant.tenant.id)
        #expect(stored.count == 1)
        #expect(stored.allSatisfy { !$0.contains(token) && !$0.contains(code) })
    }

    private func issuedToken(_ id: UUID, in installation: Installation, _ tenant: ServedTenant) async throws -> String {
        let key = installation.secrets.sealingKeyID
        return try #require(
            installation.secrets.token(of: id, for: .resetPassword, in: tenant.tenant.id, under: key)
        ).text
    }
}
