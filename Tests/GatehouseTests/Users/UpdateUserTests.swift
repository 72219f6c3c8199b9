import FoundationEssentials
import Testing

@testable import Gatehouse

@Suite("What an operator changes of an account", .installation) struct UpdateUserTests {
    @Test("What is given is changed and nothing else, and recorded in the operator's name, without values")
    func each() async throws {
        let installation = try await Installation.make()
        _ = try await installation.tenant()
        let made = try await installation.administration.createUser(
            tenant: "shop", email: "ada@example.com", username: "ada", name: "Ada")
        let id = made.id.uuidString
        let renamed = try await installation.amend(UserChange(username: .set("lovelace"), name: .clear), of: id)
        #expect(renamed.username == "lovelace" && renamed.name == nil)
        #expect(renamed.id == made.id && renamed.email == made.email && !renamed.emailVerified)
        #expect(renamed.updatedAt > made.updatedAt)
        let verified = try await installation.amend(
            UserChange(username: .clear, name: .set(" Ada "), verified: true), of: "ADA@example.com")
        #expect(verified.username == nil && verified.name == "Ada" && verified.emailVerified)
        let moved = try await installation.amend(UserChange(email: " new@Example.COM"), of: id)
        #expect(moved.email == "new@example.com" && !moved.emailVerified && moved.name == "Ada")
        let known = try await installation.amend(UserChange(email: "third@example.com", verified: true), of: id)
        #expect(known.email == "third@example.com" && known.emailVerified)
        let doubted = try await installation.amend(UserChange(verified: false), of: id)
        #expect(!doubted.emailVerified && doubted.email == known.email)
        #expect(try await installation.user("third@example.com") == doubted)

        let events = try await installation.amendments()
        let changed = events.map { event in event.detail.members.filter { $0.value == true }.map(\.name).sorted() }
        #expect(
            changed == [
                ["name", "username"], ["email_verified", "name", "username"], ["email", "email_verified"],
                ["email", "email_verified"], ["email_verified"],
            ])
        #expect(events.allSatisfy { $0.detail.count == 5 && $0.actor == "tests" && $0.userID == made.id })
        #expect(try await !installation.rows(of: "audit_events").contains { $0.contains("@example.com") })
    }

    @Test("Where nothing differs, nothing is written and nothing recorded")
    func nothing() async throws {
        let installation = try await Installation.make()
        _ = try await installation.tenant()
        let made = try await installation.administration.createUser(
            tenant: "shop", email: "ada@example.com", username: "ada", verified: true)
        let change = try UserChange(email: "ada@EXAMPLE.com", username: .set("ada"), name: .clear, verified: true)
        #expect(try await installation.amend(change) == made)
        #expect(try await installation.user() == made)
        #expect(try await installation.amendments().isEmpty)
    }

    @Test("What is wrong is said of all fields together, in the words of whoever makes a user")
    func invalid() async throws {
        let installation = try await Installation.make()
        _ = try await installation.tenant()
        let made = await #expect(throws: Refusal.self) {
            try await installation.administration.createUser(
                tenant: "shop", email: "nowhere", username: "a b", name: "")
        }
        do throws(Refusal) {
            _ = try UserChange(email: "nowhere", username: .set("a b"), name: .set(""))
            Issue.record("three wrong fields")
        } catch {
            #expect(error == made)
        }
    }

    @Test("Another's email or username is taken, whatever its case, and nothing of the change is done")
    func taken() async throws {
        let installation = try await Installation.make()
        let tenant = try await installation.tenant()
        let session = try await installation.register(in: tenant)
        _ = try await installation.administration.createUser(tenant: "shop", email: "b@example.com", username: "taken")
        let before = try await installation.user()
        let password = try Password(Installation.newPassword)
        await #expect(throws: Refusal.emailTaken) {
            try await installation.amend(UserChange(email: "B@example.com", name: .set("Ada"), password: password))
        }
        await #expect(throws: Refusal.usernameTaken) {
            try await installation.amend(UserChange(username: .set("TAKEN"), name: .set("Ada"), password: password))
        }
        #expect(try await installation.user() == before)
        #expect(try await installation.isAlive(session, in: tenant))
        #expect(try await installation.amendments().isEmpty)
    }

    @Test("Nobody is changed who isn't there, and nobody of another tenant, whatever they are called by")
    func otherTenant() async throws {
        let installation = try await Installation.make()
        let (shop, blog) = (try await installation.tenant("shop"), try await installation.tenant("blog"))
        _ = try await installation.register(in: shop)
        let neighbour = try await installation.register(in: blog)
        let user = try #require(neighbour.user)
        let change = try UserChange(
            email: "new@example.com", name: .set("Ada"), password: Password(Installation.newPassword))
        for name in ["nobody@example.com", UUID().uuidString, user.id.uuidString] {
            await #expect(throws: Refusal.userNotFound) { try await installation.amend(change, of: name) }
        }
        try await installation.amend(change)
        #expect(try await installation.administration.showUser(tenant: "blog", user: "ada@example.com") == user)
        #expect(try await installation.isAlive(neighbour, in: blog))
        _ = try await installation.logIn(in: blog)
    }

    @Test("A user who is disabled is changed and stays so")
    func disabled() async throws {
        let installation = try await Installation.make()
        let tenant = try await installation.tenant()
        _ = try await installation.register(in: tenant)
        _ = try await installation.administration.disableUser(tenant: "shop", user: "ada@example.com")
        let change = try UserChange(email: "new@example.com", password: Password(Installation.newPassword))
        #expect(try await !installation.amend(change).isEnabled)
        await #expect(throws: Refusal.invalidCredentials) {
            try await installation.logIn("new@example.com", password: Installation.newPassword, in: tenant)
        }
        _ = try await installation.administration.enableUser(tenant: "shop", user: "new@example.com")
        _ = try await installation.logIn("new@example.com", password: Installation.newPassword, in: tenant)
    }
}
