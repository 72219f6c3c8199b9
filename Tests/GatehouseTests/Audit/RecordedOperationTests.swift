import FoundationEssentials
import Postgres
import Testing

@testable import Gatehouse

/// What users do to their accounts leaves an event each, in the transaction of what they do.
@Suite(.installation) struct RecordedOperationTests {
    @Test("Every operation of a user's own is recorded once, with who, from where and by which session")
    func operations() async throws {
        let installation = try await Installation.make()
        let tenant = try await installation.tenant()
        let service = installation.service
        let first = try await installation.register(in: tenant)
        let second = try await installation.logIn(in: tenant)
        let third = try await installation.logIn(in: tenant)
        let signedIn = try await service.authenticate(second.accessToken, in: tenant)
        let client = Installation.client
        _ = try await service.updateProfile(
            ProfileChange(name: .set(DisplayName("Ada")), username: .keep), of: signedIn, from: client, in: tenant)
        try await service.endSession(first.sessionID, of: signedIn, from: client, in: tenant)
        try await service.changePassword(
            current: Password(Installation.password), new: Password("another-Otter47-lintel"), of: signedIn,
            from: client, in: tenant)
        try await service.logOut(.refreshToken(second.refreshToken), scope: .global, from: client, in: tenant)
        let expected: [(AuditEventType, UUID, JSONObject)] = [
            (.userRegistered, first.sessionID, [:]),
            (.logInSucceeded, second.sessionID, ["method": "password", "device_recognised": false]),
            (.logInSucceeded, third.sessionID, ["method": "password", "device_recognised": false]),
            (.profileUpdated, second.sessionID, ["name": true, "username": false]),
            (.sessionRevoked, first.sessionID, [:]),
            (.passwordChanged, second.sessionID, ["sessions_ended": 1]),
            (.sessionLoggedOut, second.sessionID, ["scope": "global", "sessions_ended": 1]),
        ]
        let events = try await installation.events()
        #expect(events.map(\.type) == expected.map(\.0.rawValue))
        for (event, (_, session, detail)) in zip(events, expected) {
            #expect(event.userID == signedIn.user.id && event.sessionID == session && event.actor == "user")
            #expect(event.address == client.address && event.userAgent == client.userAgent)
            #expect(event.detail.sorted == detail.sorted, "\(event.type)")
        }
    }

    @Test("Of a profile that is sent whole, what has changed is recorded")
    func wholeProfile() async throws {
        let installation = try await Installation.make()
        let tenant = try await installation.tenant()
        let signedIn = try await installation.signedIn(try await installation.register(in: tenant), in: tenant)
        for (name, username) in [("Ada", "ada"), ("Ada", "lovelace"), ("Countess", "lovelace")] {
            _ = try await installation.service.updateProfile(
                ProfileChange(name: .set(DisplayName(name)), username: .set(Username(username))), of: signedIn,
                from: Installation.client, in: tenant)
        }
        let details = try await installation.events().filter { $0.type == "user.updated" }.map(\.detail.sorted)
        let expected: [JSONObject] = [
            ["name": true, "username": true], ["name": false, "username": true], ["name": true, "username": false],
        ]
        #expect(details == expected.map(\.sorted))
    }

    @Test("What isn't done isn't recorded: a taken email, a session ended already, a profile that can't be")
    func refused() async throws {
        let installation = try await Installation.make()
        let tenant = try await installation.tenant()
        let client = Installation.client
        let ada = try await installation.register(in: tenant)
        _ = try await installation.administration.createUser(tenant: "shop", email: "b@example.com", username: "taken")
        let signedIn = try await installation.service.authenticate(ada.accessToken, in: tenant)
        let before = try await installation.events().count
        await #expect(throws: Refusal.emailTaken) { try await installation.register(in: tenant) }
        await #expect(throws: Refusal.usernameTaken) {
            try await installation.service.updateProfile(
                ProfileChange(name: .keep, username: .set(Username("taken"))), of: signedIn, from: client, in: tenant)
        }
        await #expect(throws: Refusal.sessionNotFound) {
            try await installation.service.endSession(UUID(), of: signedIn, from: client, in: tenant)
        }
        let same = try await installation.service.updateProfile(
            ProfileChange(name: .clear, username: .keep), of: signedIn, from: client, in: tenant)
        #expect(same == signedIn.user)
        #expect(try await installation.events().count == before)
        for _ in 0..<2 {
            try await installation.service.logOut(
                .refreshToken(ada.refreshToken), scope: .local, from: client, in: tenant)
        }
        #expect(try await installation.events().map(\.type).suffix(1) == ["session.logged_out"])
        #expect(try await installation.events().count == before + 1)
    }

    @Test("Where the event can't be written, nothing is done")
    func together() async throws {
        let installation = try await Installation.make()
        let tenant = try await installation.tenant()
        let ada = try await installation.register(in: tenant)
        try await installation.asSuperuser("alter table audit_events add constraint full_disk check (false) not valid")
        await #expect(throws: (any Error).self) { try await installation.register("b@example.com", in: tenant) }
        await #expect(throws: (any Error).self) { try await installation.logIn(in: tenant) }
        await #expect(throws: (any Error).self) {
            try await installation.service.logOut(
                .refreshToken(ada.refreshToken), scope: .global, from: Installation.client, in: tenant)
        }
        #expect(try await installation.isAlive(ada, in: tenant))
        #expect(try await installation.administration.listUsers(tenant: "shop", limit: 10, after: nil).count == 1)
        #expect(
            try await installation.administration.listSessions(tenant: "shop", user: "ada@example.com").count == 1)
    }

    @Test("The service can't record anything in an operator's name, nor change or remove what is recorded")
    func appendOnly() async throws {
        let installation = try await Installation.make()
        let tenant = try await installation.tenant()
        _ = try await installation.register(in: tenant)
        let id = tenant.tenant.id
        let forged = AuditEvent(
            id: UUID(), tenant: id, actor: "grace", type: .keysRotated, userID: nil, sessionID: nil, address: nil,
            userAgent: nil, detail: [:])
        let forgery = try await refusedByServer {
            try await installation.serviceDatabase.execute(AuditStatements.append, forged, in: id)
        }
        #expect(forgery?.state == .insufficientPrivilege)
        let change = try await refusedByServer {
            try await installation.serviceDatabase.execute(Self.change, (), in: id)
        }
        #expect(change?.state == .insufficientPrivilege)
        #expect(try await installation.serviceDatabase.execute(Self.delete, (), in: id) == 0)
        #expect(try await installation.events().count == 1)
    }

    @Test("docs/audit.md lists every type, and no other")
    func documented() throws {
        let page = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../../docs/audit.md")
        let rows = try String(contentsOf: page, encoding: .utf8).split(separator: "\n").filter { $0.hasPrefix("| `") }
        let cells = rows.compactMap { $0.split(separator: "|").first }
        let types = cells.flatMap { $0.split(separator: ",") }.map { $0.filter { !"` ".contains($0) } }
        #expect(types.sorted() == AuditEventType.allCases.map(\.rawValue).sorted())
    }

    private static let change = Statement<Void, Void>("update audit_events set actor = 'nobody'", bind: { () })
    private static let delete = Statement<Void, Void>("delete from audit_events", bind: { () })
}

extension Installation {
    /// What users and the service did in the tenant `shop`, oldest first.
    func events() async throws -> [RecordedEvent] {
        try await administration.listEvents(tenant: "shop", type: nil, age: nil, limit: 1000).reversed()
            .filter { $0.actor != "tests" }
    }
}

extension JSONObject {
    /// For comparing: the database keeps no order of members.
    fileprivate var sorted: [String] { members.map { "\($0.name)=\($0.value)" }.sorted() }
}
