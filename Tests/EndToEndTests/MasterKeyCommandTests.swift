import Foundation
import Gatehouse
import Testing

@Suite("gatehouse admin master-key")
struct MasterKeyCommandTests {
    @Test("Every key is sealed under the new master key while both are accepted, and then the old one is not needed")
    func rotate() async throws {
        let place = try await Installation.migrated()
        for slug in ["shop", "blog"] { _ = try await Program.admin("tenant", "create", slug, in: place) }
        _ = try await Program.admin("webhook", "create", "shop", "--url", "https://shop.example/hooks", in: place)
        let new = MasterKey.generate().base64
        let both = ["GATEHOUSE_MASTER_KEY": "\(new)\n\(place.masterKey)"]

        let planned = try await place.masterKey("rotate", "--dry-run", keys: both)
        #expect(planned.object["to_reseal"] as? Int == 8, "\(planned.errors)")
        #expect(planned.webhookSecrets["to_reseal"] as? Int == 1)
        let rotated = try await place.masterKey("rotate", keys: both)
        #expect(rotated.status == 0 && rotated.object["resealed"] as? Int == 8, "\(rotated.errors)")
        #expect(rotated.errors.contains("2 of 2 tenants"))
        #expect(rotated.webhookSecrets["secrets"] as? Int == 1 && rotated.webhookSecrets["resealed"] as? Int == 1)
        let again = try await place.masterKey("rotate", keys: both)
        #expect(again.object["resealed"] as? Int == 0 && again.object["unchanged"] as? Int == 8)

        let verified = try await place.masterKey("verify", keys: ["GATEHOUSE_MASTER_KEY": new])
        #expect(verified.status == 0 && verified.object["unopened"] as? Int == 0)
        #expect(verified.webhookSecrets["unchanged"] as? Int == 1 && verified.webhookSecrets["unopened"] as? Int == 0)
        let refused = try await place.masterKey("verify")
        let failures = refused.object["failures"] as? [[String: Any]] ?? []
        #expect(refused.status == 1 && failures.count == 8)
        #expect(try Set(#require(failures.first).keys) == ["tenant", "kid", "use", "state", "reason"])
        #expect(failures.allSatisfy { $0["reason"] as? String == "unknown_master_key" })
        let webhooks = refused.webhookSecrets["failures"] as? [[String: Any]] ?? []
        #expect(webhooks.count == 1 && refused.webhookSecrets["unopened"] as? Int == 1)
        #expect(try Set(#require(webhooks.first).keys) == ["tenant", "webhook", "reason"])
        #expect(refused.errors.split(separator: "\n").count { $0.contains("can't be opened") } == 9)
    }

    @Test("A webhook's secret that doesn't open is named, and makes the look a failure")
    func webhookSecret() async throws {
        let place = try await Installation.migrated()
        _ = try await Program.admin("tenant", "create", "shop", in: place)
        _ = try await Program.admin("webhook", "create", "shop", "--url", "https://shop.example/hooks", in: place)
        try await place.asSuperuser(
            "update webhook_endpoints set secret = set_byte(secret, 40, get_byte(secret, 40) # 1)")
        let verified = try await place.masterKey("verify")
        #expect(
            verified.status == 1 && verified.errorCode == "keys_unavailable" && verified.object["unopened"] as? Int == 0
        )
        let failures = verified.webhookSecrets["failures"] as? [[String: Any]]
        #expect(failures?.map { $0["reason"] as? String } == ["damaged"])
        #expect(verified.errors.contains("The secret of the webhook "), "\(verified.errors)")
        let shown = try await Program.run(["admin", "master-key", "verify"], place.environment)
        #expect(shown.status == 1 && shown.output.contains("webhook secrets  "), "\(shown.output)")
    }

    @Test("It goes on under a running service that has both keys, and is refused while one has the old key alone")
    func running() async throws {
        let place = try await Installation.migrated()
        _ = try await Program.admin("tenant", "create", "shop", in: place)
        let both = ["GATEHOUSE_MASTER_KEY": "\(MasterKey.generate().base64) \(place.masterKey)"]
        try await place.serving { _ in
            let listening = "select count(*) from pg_stat_activity where application_name like 'gatehouse listener %'"
            _ = try await eventually("the listener") { try await place.count(listening) > 0 ? true : nil }
            let refused = try await place.masterKey("rotate", keys: both)
            #expect(refused.errorCode == "guard_refused", "\(refused.output)")
            #expect(try await place.masterKey("verify").object["unchanged"] as? Int == 4)
        }
        try await place.serving(both) { _ in
            let credentials = ["email": "ada@example.com", "password": goodPassword]
            let before = try await HTTP.post("\(place.url)/t/shop/v1/register", credentials)
            #expect(before.status == 201)
            #expect(try await place.masterKey("rotate", keys: both).object["resealed"] as? Int == 4)
            #expect(try await HTTP.get("\(place.url)/t/shop/v1/me", bearer: before.text("access_token")).status == 200)
            #expect(try await HTTP.post("\(place.url)/t/shop/v1/login", credentials).status == 200)
        }
    }
}

extension Program.Outcome {
    fileprivate var webhookSecrets: [String: Any] { object["webhook_secrets"] as? [String: Any] ?? [:] }
}

extension Installation {
    /// `gatehouse admin master-key …` with other master keys than the installation's.
    fileprivate func masterKey(
        _ arguments: String..., keys environment: [String: String] = [:]
    ) async throws -> Program.Outcome {
        try await Program.run(
            ["admin", "master-key"] + arguments + ["--json"], self.environment.merging(environment) { $1 })
    }
}
