import FoundationEssentials
import Testing

@testable import Gatehouse

@Suite(.installation) struct AdministerUsersTests {
    @Test("An operator finds a user by id, email or username, and by an id nobody who is called so")
    func finding() async throws {
        let installation = try await Installation.make()
        _ = try await installation.tenant()
        let office = installation.administration
        let ada = try await office.createUser(tenant: "shop", email: "ada@example.com", username: "Ada.L")
        for name in [ada.id.lowercaseString, " ADA@example.com", "ada.l", "ADA.L "] {
            let found = try await office.showUser(tenant: "shop", user: name)
            #expect(found.id == ada.id, "\(name)")
        }
        let gone = UUID().lowercaseString
        _ = try await office.createUser(tenant: "shop", email: "bob@example.com", username: gone)
        for name in [gone, " \(gone)", "ada", "bob@example", ""] {
            await #expect(throws: Refusal.userNotFound, "\(name)") {
                try await office.showUser(tenant: "shop", user: name)
            }
        }
    }

    @Test("What is so already leaves the user as they are and isn't recorded: disabled, enabled, the same claims")
    func unchanged() async throws {
        let installation = try await Installation.make()
        _ = try await installation.tenant()
        let office = installation.administration
        let made = try await office.createUser(tenant: "shop", email: "ada@example.com")
        #expect(try await office.enableUser(tenant: "shop", user: "ada@example.com") == made)
        #expect(try await office.setClaims(tenant: "shop", user: "ada@example.com", json: "{}") == made)
        let disabled = try await office.disableUser(tenant: "shop", user: "ada@example.com")
        #expect(try await office.disableUser(tenant: "shop", user: "ada@example.com") == disabled)
        let events = try await office.listEvents(tenant: "shop", type: nil, age: nil, limit: 10)
        #expect(events.map(\.type) == ["user.disabled", "user.created", "tenant.created"])
    }

    @Test("Of claims that are set the names are recorded of those that came, went or changed, and no value")
    func recordedClaims() async throws {
        let installation = try await Installation.make()
        _ = try await installation.tenant()
        let office = installation.administration
        _ = try await office.createUser(tenant: "shop", email: "ada@example.com")
        for json in [#"{"plan":{"tier":2},"roles":["admin"],"team":"a"}"#, #"{"team":"b","plan":{"tier":2}}"#] {
            _ = try await office.setClaims(tenant: "shop", user: "ada@example.com", json: json)
        }
        let events = try await office.listEvents(tenant: "shop", type: .userClaimsSet, age: nil, limit: 10)
        #expect(events.map(\.detail) == [["claims": ["roles", "team"]], ["claims": ["plan", "roles", "team"]]])
    }
}
