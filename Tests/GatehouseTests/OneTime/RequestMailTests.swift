import FoundationEssentials
import Postgres
import TestSupport
import Testing

@testable import Gatehouse

@Suite("Mails that anybody may ask for", .installation) struct RequestMailTests {
    private func forgot(_ email: String, in tenant: ServedTenant, _ installation: Installation) async throws {
        try await installation.service.requestMail.passwordReset(
            to: EmailAddress(email), from: Installation.client, in: tenant)
    }

    @Test("An address gets five mails of a kind in a while, and nobody is told; the next window brings more")
    func limited() async throws {
        let installation = try await Installation.make(limits: GuessLimits(parsing: "source=off"))
        let tenant = try await installation.tenant { $0.emailLogin = .link }
        _ = try await installation.register(in: tenant)
        for number in 0..<8 {
            try await forgot(number % 2 == 0 ? "ada@example.com" : "ADA@example.com", in: tenant, installation)
        }
        #expect(try await installation.rowCount("mails") == 5)
        #expect(try await installation.rowCount("deliveries") == 5)
        try await installation.service.requestMail.logIn(
            to: EmailAddress("ada@example.com"), from: Installation.client, in: tenant)
        try await forgot("bob@example.com", in: tenant, installation)
        #expect(try await installation.rowCount("mails") == 7)
        try await installation.asSuperuser("update guess_counters set window_ends_at = now()")
        for _ in 0..<8 { try await forgot("ada@example.com", in: tenant, installation) }
        #expect(try await installation.rowCount("mails") == 12)
    }

    @Test("Of many at once no more than five are queued")
    func parallel() async throws {
        let installation = try await Installation.make(limits: GuessLimits(parsing: "source=off"))
        let tenant = try await installation.tenant()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<40 { group.addTask { try await forgot("ada@example.com", in: tenant, installation) } }
            try await group.waitForAll()
        }
        #expect(try await installation.rowCount("mails") == 5)
    }

    @Test("A source that asks too often is told so, whatever the addresses")
    func source() async throws {
        let installation = try await Installation.make(limits: GuessLimits(parsing: "source=3/15m"))
        let tenant = try await installation.tenant()
        for number in 0..<3 { try await forgot("u\(number)@example.com", in: tenant, installation) }
        await #expect { try await forgot("u3@example.com", in: tenant, installation) } throws: {
            ($0 as? Refusal)?.code == "too_many_attempts"
        }
        #expect(try await installation.rowCount("mails") == 3)
    }

    @Test("For a known address and an unknown one the same is written, and nothing of it is a secret")
    func alike() async throws {
        let installation = try await Installation.make()
        let tenant = try await installation.tenant()
        _ = try await installation.register(in: tenant)
        for email in ["ada@example.com", "eve@example.com"] { try await forgot(email, in: tenant, installation) }
        let rows = try await installation.rows(of: "mails")
        #expect(rows.count == 2)
        let alike = rows.map { row in
            row.replacing("ada@", with: "eve@").replacing(#/[0-9a-f]{8}-[0-9a-f-]{27}/#, with: "")
                .replacing(#/\d{4}-\d\d-\d\d[T ][^"]*/#, with: "")
        }
        #expect(alike[0] == alike[1], "\(rows)")
        #expect(try await installation.rowCount("one_time_tokens") == 0)
        #expect(try await installation.letters().map(\.recipient) == ["ada@example.com"])
        #expect(try await installation.rowCount("mails") == 0)
    }

    @Test("A tenant that is disabled sends nothing, and is not found")
    func disabledTenant() async throws {
        let installation = try await Installation.make()
        let tenant = try await installation.tenant()
        _ = try await installation.administration.disableTenant("shop")
        await #expect(throws: Refusal.tenantNotFound) { try await forgot("ada@example.com", in: tenant, installation) }
        #expect(try await installation.rowCount("mails") == 0)
        #expect(try await installation.rowCount("guess_counters") == 0)
    }

    @Test("The language that a client asks for is that of the mail")
    func language() async throws {
        let installation = try await Installation.make()
        let tenant = try await installation.tenant()
        let client = ClientInfo(address: "192.0.2.1", userAgent: nil, language: MailLocale("pt-BR"))
        try await installation.service.requestMail.passwordReset(
            to: EmailAddress("ada@example.com"), from: client, in: tenant)
        #expect(try await installation.rows(of: "mails").first?.contains("\"locale\": \"pt-br\"") == true)
    }
}

extension Installation {
    /// Every row of a table, as JSON, in the order of their ids.
    func rows(of table: String) async throws -> [String] {
        let connection = try await Connection.open(database.superuserURL)
        let statement = Statement<Void, String>(
            "select to_jsonb(r)::text from \(table) r order by id", bind: { () }, row: { (text: String) in text })
        let rows = try await connection.query(statement, ())
        await connection.close()
        return rows
    }
}
