import FoundationEssentials
import Postgres
import Testing
import Webhooks

@testable import Gatehouse

/// Secrets of webhooks while the master key is being changed.
@Suite(.installation) struct WebhookSecretTests {
    private let installation: Installation
    private let tenant: ServedTenant
    private let receiver = WebhookReceiver()
    private let new = MasterKey.generate()

    init() async throws {
        installation = try await Installation.make()
        tenant = try await installation.tenant()
    }

    /// What an operator has who has put the new key above the old one.
    private var both: KeySealer { KeySealer(MasterKeys(sealing: new, accepting: installation.sealer.keys.all)) }
    private var office: Administration { installation.administration(with: both) }

    private func verify(_ sealer: KeySealer) async throws -> MasterKeyReport {
        try await installation.administration(with: sealer).verifyMasterKey()
    }

    @discardableResult
    private func createWebhook() async throws -> NewWebhookEndpoint {
        try await office.createWebhook(
            tenant: "shop", url: "https://app.example/hooks", eventTypes: [], allowsPrivate: false)
    }

    @Test("Until the master key is rotated an instance that has the old one alone signs with a new webhook's secret")
    func mixedFleet() async throws {
        let webhook = try await createWebhook()
        _ = try await installation.register(in: tenant)
        try await installation.caller(of: receiver).deliverAllDue()
        #expect(receiver.calls.map { $0.secrets.map(\.revealed) } == [[webhook.secret.revealed]])
        let report = try await verify(installation.sealer)
        #expect(report.isComplete && report.webhookSecrets.count == 1 && report.webhookSecrets.unchanged == 1)
    }

    @Test("Secrets are sealed anew with the keys and counted; afterwards the old key opens none, and is told so")
    func rotates() async throws {
        let webhook = try await createWebhook().endpoint
        #expect(try await office.rotateMasterKey(dryRun: true).webhookSecrets.resealed == 1)
        #expect(try await verify(installation.sealer).isComplete, "the dry run sealed nothing")
        let report = try await office.rotateMasterKey(dryRun: false)
        #expect(report.keys.resealed == 4 && report.isComplete)
        #expect(report.webhookSecrets.count == 1 && report.webhookSecrets.resealed == 1)
        #expect(report.webhookSecrets.unchanged == 0)
        let verified = try await verify(KeySealer(master: new))
        #expect(verified.isComplete && verified.webhookSecrets.unchanged == 1)
        let old = try await verify(installation.sealer)
        #expect(
            old.webhookSecrets.unopened == [
                UnopenedWebhookSecret(tenant: "shop", endpointID: webhook.id, failure: .unknownMasterKey(new.id))
            ])
    }

    @Test("A secret that alone is under the older key is sealed anew, and that is recorded")
    func secretAlone() async throws {
        let webhook = try await createWebhook()
        let sealedBefore = try await secret()
        _ = try await office.rotateMasterKey(dryRun: false)
        try await store(sealedBefore, for: webhook.endpoint.id)
        #expect(try await verify(both).webhookSecrets.resealed == 1)
        let report = try await office.rotateMasterKey(dryRun: false)
        #expect(report.keys.resealed == 0 && report.keys.unchanged == 4 && report.webhookSecrets.resealed == 1)
        #expect(try await verify(KeySealer(master: new)).isComplete)
        #expect(try await installation.operatorEvents().count { $0.type == "master_key.rotated" } == 2)
    }

    @Test(
        "A secret that doesn't open is left as it is, and makes a rotation and a look incomplete though every key opens"
    )
    func damaged() async throws {
        let webhook = try await createWebhook().endpoint
        try await installation.asSuperuser(
            "update webhook_endpoints set secret = set_byte(secret, 40, get_byte(secret, 40) # 1)")
        let before = try await secret()
        for report in [try await office.rotateMasterKey(dryRun: false), try await office.verifyMasterKey()] {
            #expect(report.keys.unopened.isEmpty && !report.isComplete)
            #expect(
                report.webhookSecrets.unopened == [
                    UnopenedWebhookSecret(tenant: "shop", endpointID: webhook.id, failure: .damaged)
                ])
        }
        #expect(try await secret() == before)
    }

    @Test("What can't be signed for want of the secret waits, by a reason of its own, for an instance that has the key")
    func unavailable() async throws {
        let webhook = try await createWebhook()
        _ = try await installation.register(in: tenant)
        try await installation.caller(of: receiver, sealer: KeySealer(master: .generate())).deliverAllDue()
        let waiting = try await installation.administration.listWebhookAttempts(
            tenant: "shop", endpoint: nil, limit: 9)
        #expect(waiting.map(\.state) == [.waiting] && waiting.map(\.failure) == ["secret_unavailable"])
        try await installation.makeDue()
        try await installation.caller(of: receiver).deliverAllDue()
        #expect(receiver.calls.map { $0.secrets.map(\.revealed) } == [[webhook.secret.revealed]])
    }

    /// The one secret, as it is stored.
    private func secret() async throws -> [UInt8] {
        let stored = try await installation.administration.database.query(
            WebhookStatements.secrets, tenant.tenant.id, in: tenant.tenant.id)
        return try #require(stored.first).secret
    }

    private func store(_ secret: [UInt8], for endpoint: UUID) async throws {
        let id = tenant.tenant.id
        _ = try await installation.administration.database.execute(
            WebhookStatements.reseal, (id, endpoint, try await self.secret(), secret), in: id)
    }
}
