import FoundationEssentials
import Postgres
import TestSupport
import Testing

@testable import Gatehouse

/// What is noted when an attempt is over changes a message and its place in the queue, as do the replay of one and the deletion of its
/// tenant. Whoever waits there holds nothing that those want next.
@Suite(.installation, .timeLimit(.minutes(1))) struct DeliveryLockTests {
    /// A way for an attempt to end.
    enum Noting: CaseIterable, Sendable {
        case mailPostponed, mailGivenUp, webhookPostponed, webhookGivenUp, webhookDelivered

        var kind: DeliveryKind {
            switch self {
            case .mailPostponed, .mailGivenUp: .mail
            case .webhookPostponed, .webhookGivenUp, .webhookDelivered: .webhook
            }
        }

        var table: String { kind == .mail ? "mails" : "webhook_messages" }
        var staysQueued: Bool { self == .mailPostponed || self == .webhookPostponed }

        func callAsFunction(_ delivery: Delivery, in database: Database) async throws {
            let (tenant, pause, failure) = (delivery.tenant, Duration.seconds(15), "timeout")
            switch self {
            case .mailPostponed:
                try await database.execute(MailStatements.postpone, (tenant, delivery, pause, failure), in: tenant)
            case .mailGivenUp:
                try await database.execute(MailStatements.giveUp, (tenant, delivery, failure), in: tenant)
            case .webhookPostponed:
                try await database.execute(WebhookStatements.postpone, (tenant, delivery, pause, failure), in: tenant)
            case .webhookGivenUp:
                try await database.execute(WebhookStatements.giveUp, (tenant, delivery, failure), in: tenant)
            case .webhookDelivered:
                try await database.execute(WebhookStatements.delivered, (tenant, delivery.id), in: tenant)
            }
        }
    }

    private let installation: Installation

    init() async throws {
        installation = try await Installation.make()
        let tenant = try await installation.tenant()
        _ = try await installation.webhook("https://app.example/", ["user.registered"])
        _ = try await installation.register(in: tenant)
        try await installation.enqueue(.passwordChanged, in: tenant)
    }

    @Test("Its place in the queue is free while somebody has the message locked", arguments: Noting.allCases)
    func message(noting: Noting) async throws {
        try await wait(with: noting, for: noting.table, leaving: ["deliveries"])
        #expect(try await places(of: noting) == (noting.staysQueued ? 1 : 0))
    }

    @Test("Both are free while somebody is deleting the tenant", arguments: Noting.allCases)
    func deletion(noting: Noting) async throws {
        try await wait(with: noting, for: "tenants", leaving: ["deliveries", noting.table])
    }

    @Test("What was given up or delivered leaves the queue also where its message is gone", arguments: Noting.allCases)
    func gone(noting: Noting) async throws {
        let delivery = try await taken(noting.kind)
        try await installation.asSuperuser("delete from \(noting.table)")
        try await noting(delivery, in: installation.serviceDatabase)
        #expect(try await places(of: noting) == (noting.staysQueued ? 1 : 0))
    }

    /// Notes the end of an attempt while somebody holds the rows of a table, who then gets those of others without waiting.
    private func wait(with noting: Noting, for held: String, leaving free: [String]) async throws {
        let delivery = try await taken(noting.kind)
        let holder = try await Connection.open(installation.database.superuserURL)
        try await holder.script("begin; select from \(held) for update")
        let database = installation.serviceDatabase
        let waiting = Task { try await noting(delivery, in: database) }
        try await installation.waitForLocks(1)
        for table in free { try await holder.script("select from \(table) for update nowait") }
        try await holder.script("commit")
        await holder.close()
        try await waiting.value
    }

    private func taken(_ kind: DeliveryKind) async throws -> Delivery {
        try #require(
            try await installation.serviceDatabase.untenanted.first(DeliveryStatements.claim, (kind, [])))
    }

    private func places(of noting: Noting) async throws -> Int {
        try await installation.rowCount("deliveries where kind = '\(noting.kind.rawValue)'")
    }
}
