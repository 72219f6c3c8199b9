import FoundationEssentials
import Mail
import MetricsTestKit
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

    @Test("A mail that nobody foresaw keeps no other waiting, and is counted")
    func unforeseen() async throws {
        let installation = try await Installation.make()
        let tenant = try await installation.tenant()
        try await installation.enqueue(.passwordChanged, to: "eve@example.com", in: tenant)
        try await installation.asSuperuser("update mails set kind = 'of_a_later_release'")
        try await installation.enqueue(.passwordChanged, to: "ada@example.com", in: tenant)
        let metrics = TestMetrics()
        let deliverer = installation.deliverer(to: mailroom, upkeep: UpkeepMetrics(.mail, factory: metrics))
        #expect(try await deliverer.sendAllDue() == 2)
        #expect(mailroom.sent.map(\.to.text) == ["ada@example.com"])
        #expect(try metrics.expectCounter("gatehouse_upkeep_failures_total", [("work", "mail")]).totalValue == 1)
        let left = try await installation.administration.listMail(tenant: "shop", limit: 10)
        #expect(left.map(\.recipient) == ["eve@example.com"] && left.allSatisfy { $0.attempts == 1 })
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
}
