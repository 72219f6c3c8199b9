import Testing

@testable import Gatehouse

@Suite("What webhooks are told of an operator's change", .installation) struct OperatorChangeWebhookTests {
    @Test("Whatever is changed, they are told once and of nothing that users do, with the user as they are then")
    func once() async throws {
        let installation = try await Installation.make()
        let tenant = try await installation.tenant()
        _ = try await installation.register(in: tenant)
        _ = try await installation.webhook("https://app.example/hooks")
        try await installation.amend(
            UserChange(
                email: "new@example.com", username: .set("ada"), name: .set("Ada"), verified: true,
                password: Password(Installation.newPassword)))
        let receiver = WebhookReceiver()
        #expect(try await installation.caller(of: receiver).deliverAllDue() == 1)
        let document = try #require(try receiver.calls.first?.document)
        #expect(document["type"] == "user.changed_by_operator")
        let user = try #require(document["data"]?.objectValue?["user"]?.objectValue)
        #expect(user["email"] == "new@example.com" && user["email_verified"] == true && user["name"] == "Ada")
    }
}
