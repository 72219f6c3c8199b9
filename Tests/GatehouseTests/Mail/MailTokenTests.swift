import FoundationEssentials
import Mail
import Postgres
import Testing

@testable import Gatehouse

/// The tokens and codes that mails carry.
@Suite("Tokens in mails", .installation) struct MailTokenTests {
    private let mailroom = Mailroom()

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

    @Test("A mail says for how long its link is good, and one that comes late how much of that is left")
    func limits() async throws {
        let installation = try await Installation.make()
        let tenant = try await installation.tenant { $0.emailLogin = .link }
        _ = try await installation.register(in: tenant)
        for (kind, words) in [
            (.verifyEmail, "within 24 hours"), (.passwordReset, "within 60 minutes"), (.logIn, "within 10 minutes"),
        ] as [(MailKind, String)] {
            try await installation.enqueue(kind, in: tenant)
            try await installation.deliverer(to: mailroom).sendAllDue()
            let mail = try #require(mailroom.sent.last)
            #expect(mail.text.contains(words), "\(kind)")
        }
        for (left, words) in [("150.5 min", "within 2 hours"), ("119.5 min", "within 119 minutes")] {
            try await installation.enqueue(.verifyEmail, in: tenant)
            mailroom.refuse(.lost)
            try await installation.deliverer(to: mailroom).sendAllDue()
            try await installation.asSuperuser("update one_time_tokens set expires_at = now() + interval '\(left)'")
            try await installation.makeDue()
            try await installation.deliverer(to: mailroom).sendAllDue()
            let mail = try #require(mailroom.sent.last)
            #expect(mail.text.contains(words), "\(left)")
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
}
