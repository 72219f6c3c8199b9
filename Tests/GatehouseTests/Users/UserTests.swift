import FoundationEssentials
import Testing

@testable import Gatehouse

@Suite(.installation) struct UserTests {
    @Test("The same email is two people in two tenants, and one in one, whatever its case")
    func sameEmail() async throws {
        let installation = try await Installation.make()
        let (shop, blog) = (try await installation.tenant("shop"), try await installation.tenant("blog"))
        let first = try await installation.register(in: shop)
        let second = try await installation.register(in: blog)
        #expect(first.user?.id != second.user?.id)
        await #expect(throws: Refusal.emailTaken) { try await installation.register("ADA@example.com", in: shop) }
    }

    @Test("Of concurrent registrations of one email one succeeds")
    func concurrentRegistrations() async throws {
        let installation = try await Installation.make()
        let tenant = try await installation.tenant()
        let made = await withTaskGroup(of: Bool.self) { group in
            for _ in 0..<16 { group.addTask { (try? await installation.register(in: tenant)) != nil } }
            return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        #expect(made == 1)
    }

    @Test("A wrong password, an unknown user and a disabled one are the same refusal")
    func sameRefusal() async throws {
        let installation = try await Installation.make()
        let tenant = try await installation.tenant()
        _ = try await installation.register(in: tenant)
        _ = try await installation.register("off@example.com", in: tenant)
        _ = try await installation.administration.disableUser(tenant: "shop", user: "off@example.com")
        for (email, password) in [
            ("ada@example.com", "wrong"), ("nobody@example.com", "wrong"), ("off@example.com", Installation.password),
            ("not an address", "wrong"), ("", ""),
        ] {
            await #expect(throws: Refusal.invalidCredentials) {
                try await installation.logIn(email, password: password, in: tenant)
            }
        }
    }

    @Test(
        "A weak password is refused, the user's own names included, and nothing is written",
        arguments: [
            "password", "short", "jonathanappleseed", "aaaaaaaaaaaa",
        ])
    func weakPassword(password: String) async throws {
        let installation = try await Installation.make()
        let tenant = try await installation.tenant()
        await #expect {
            try await installation.service.register(
                email: EmailAddress("jonathanappleseed@example.com"), username: nil, name: nil,
                password: Password(password), from: Installation.client, in: tenant)
        } throws: { ($0 as? Refusal)?.code == "weak_password" }
        #expect(try await installation.administration.listUsers(tenant: "shop", limit: 10, after: nil) == [])
    }

    @Test("Registration can be closed, also while this instance has not heard of it yet")
    func closed() async throws {
        let installation = try await Installation.make()
        let stale = try await installation.tenant()
        var change = TenantSettingsChange()
        change.registrationOpen = false
        _ = try await installation.administration.updateTenant("shop", change: change)
        await #expect(throws: Refusal.registrationClosed) { try await installation.register(in: stale) }
    }

    @Test("Disabling a user ends their sessions for good; enabling lets them sign in again")
    func disabling() async throws {
        let installation = try await Installation.make()
        let tenant = try await installation.tenant()
        let session = try await installation.register(in: tenant)
        #expect(try await !installation.administration.disableUser(tenant: "shop", user: "ada@example.com").isEnabled)
        await #expect(throws: Refusal.sessionEnded) { try await installation.refresh(session.refreshToken, in: tenant) }
        _ = try await installation.administration.enableUser(tenant: "shop", user: "ada@example.com")
        await #expect(throws: Refusal.sessionEnded) { try await installation.refresh(session.refreshToken, in: tenant) }
        _ = try await installation.logIn(in: tenant)
    }

    @Test("A deleted user is gone with their sessions, and the email is free again")
    func deleting() async throws {
        let installation = try await Installation.make()
        let tenant = try await installation.tenant()
        let session = try await installation.register(in: tenant)
        _ = try await installation.administration.deleteUser(tenant: "shop", user: "ada@example.com")
        #expect(try await !installation.isAlive(session, in: tenant))
        await #expect(throws: Refusal.userNotFound) {
            try await installation.administration.showUser(tenant: "shop", user: "ada@example.com")
        }
        let again = try await installation.register(in: tenant)
        #expect(again.user?.id != session.user?.id)
    }

    @Test("An operator's claims stand in the next access token; reserved names are refused")
    func claims() async throws {
        let installation = try await Installation.make()
        let tenant = try await installation.tenant()
        let session = try await installation.register(in: tenant)
        let json = #"{"roles":["admin"],"plan":{"tier":2}}"#
        _ = try await installation.administration.setClaims(tenant: "shop", user: "ada@example.com", json: json)
        let refreshed = try await installation.refresh(session.refreshToken, in: tenant)
        let payload = try #require(JSON.parse(CompactJWS.parse(refreshed.accessToken).payload).objectValue)
        #expect(payload["roles"] == ["admin"] && payload["plan"] == ["tier": 2])
        for bad in [
            #"{"sub":"x"}"#, #"{"email":"x"}"#, "[]", "{", #"{"a":1,"a":2}"#, #"{"a":1e127}"#,
            #"{"a":[123456789012345678901]}"#,
            #"{"a":"\#(String(repeating: "x", count: 5000))"}"#,
        ] {
            await #expect {
                try await installation.administration.setClaims(tenant: "shop", user: "ada@example.com", json: bad)
            } throws: { ($0 as? Refusal)?.code == "validation_failed" }
        }
    }

    @Test("Lists page by id without gaps or repeats")
    func paging() async throws {
        let installation = try await Installation.make()
        _ = try await installation.tenant()
        for number in 0..<5 {
            _ = try await installation.administration.createUser(tenant: "shop", email: "u\(number)@example.com")
        }
        var seen: [String] = []
        var after: UUID?
        while true {
            let page = try await installation.administration.listUsers(tenant: "shop", limit: 2, after: after)
            guard let last = page.last else { break }
            seen += page.map(\.email)
            after = last.id
        }
        #expect(seen == (0..<5).map { "u\($0)@example.com" })
    }

    @Test("A profile change sets, clears or keeps each field; another's username is taken")
    func profile() async throws {
        let installation = try await Installation.make()
        let tenant = try await installation.tenant()
        _ = try await installation.administration.createUser(tenant: "shop", email: "b@example.com", username: "Taken")
        let session = try await installation.register(in: tenant)
        let signedIn = try await installation.service.authenticate(session.accessToken, in: tenant)
        let update = installation.service.updateProfile
        let set = try await update(
            ProfileChange(name: .set(DisplayName("Ada")), username: .set(Username("ada"))), of: signedIn,
            from: Installation.client, in: tenant)
        #expect(set.name == "Ada" && set.username == "ada")
        let cleared = try await update(
            ProfileChange(name: .keep, username: .clear), of: signedIn, from: Installation.client, in: tenant)
        #expect(cleared.name == "Ada" && cleared.username == nil && cleared.updatedAt > set.updatedAt)
        await #expect(throws: Refusal.usernameTaken) {
            try await update(
                ProfileChange(name: .clear, username: .set(Username("tAKEN"))), of: signedIn, from: Installation.client,
                in: tenant)
        }
    }

    @Test("A user changes their profile a few times in a while; what changes nothing is free, and nobody else pays")
    func limitedChanges() async throws {
        let installation = try await Installation.make(limits: GuessLimits(parsing: "profile=3/15m"))
        let tenant = try await installation.tenant()
        _ = try await installation.administration.createUser(tenant: "shop", email: "b@example.com", username: "taken")
        let ada = try await installation.signedIn(try await installation.register(in: tenant), in: tenant)
        let eve = try await installation.signedIn(
            try await installation.register("eve@example.com", in: tenant), in: tenant)
        func update(_ change: ProfileChange, _ signedIn: SignedIn) async throws -> User {
            try await installation.service.updateProfile(change, of: signedIn, from: Installation.client, in: tenant)
        }
        func rename(_ name: String, _ signedIn: SignedIn) async throws -> User {
            try await update(ProfileChange(name: .set(DisplayName(name)), username: .keep), signedIn)
        }
        for name in ["A", "A", "B", "B"] { #expect(try await rename(name, ada).name == name) }
        await #expect(throws: Refusal.usernameTaken) {
            try await update(ProfileChange(name: .keep, username: .set(Username("taken"))), ada)
        }
        #expect(try await rename("A", ada).name == "A")
        do {
            _ = try await rename("B", ada)
            Issue.record("a fourth change")
        } catch Refusal.tooManyAttempts(let seconds) {
            #expect((800...900).contains(seconds))
        }
        #expect(try await rename("A", ada).name == "A")
        #expect(try await rename("E", eve).name == "E")
        #expect(try await installation.events().count { $0.type == "user.updated" } == 4)
        try await installation.asSuperuser("update guess_counters set window_ends_at = now()")
        #expect(try await rename("B", ada).name == "B")
    }
}
