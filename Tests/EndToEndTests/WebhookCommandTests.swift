import Foundation
import Testing

@Suite("gatehouse admin webhook")
struct WebhookCommandTests {
    @Test("An event that is about no user is refused, with a list of those that are")
    func untold() async throws {
        let place = try await Installation.migrated()
        _ = try await Program.admin("tenant", "create", "shop", in: place)
        let refused = try await Program.admin(
            "webhook", "create", "shop", "--url", "https://app.example/", "--event", "keys.rotated", in: place)
        #expect(refused.status == 1 && refused.errorCode == "invalid_setting")
        #expect(refused.errors.contains("Those there are: user.registered, login.succeeded, "), "\(refused.errors)")
    }
}
