import FoundationEssentials
import Mail
import Testing

@testable import Gatehouse

/// The address before takes a change back.
@Suite("Change of address that is undone", .installation) struct UndoneChangeTests {
    @Test("The old address takes the change back: every session ends, and what was mailed since is void")
    func undone() async throws {
        let installation = try await Installation.make()
        let tenant = try await installation.tenant()
        let session = try await installation.registerVerified(in: tenant)
        try await installation.changeAddress(to: "thief@example.com", by: session, in: tenant)
        let notice = try await installation.letter()
        let thief = try await installation.logIn("thief@example.com", in: tenant)
        let reset = try await installation.resetLetter("thief@example.com", in: tenant)
        try await installation.askForAddress("third@example.com", by: thief, in: tenant)
        try await installation.undoAddressChange(notice.token, in: tenant)
        let user = try await installation.user()
        #expect(user.id == session.user?.id && user.emailVerified)
        for session in [session, thief] { #expect(try await !installation.isAlive(session, in: tenant)) }
        await #expect(throws: Refusal.invalidToken) { try await installation.reset(reset.proofByToken, in: tenant) }
        let told = try await installation.letter()
        #expect(told.recipient == "thief@example.com" && told.token == nil && told.code == nil)
        #expect(try await installation.tokenCount() == 0)
        await #expect(throws: Refusal.invalidToken) {
            try await installation.undoAddressChange(notice.token, in: tenant)
        }
        let event = try #require(try await installation.events().last)
        #expect(event.type == "email.change_undone" && event.detail["sessions_ended"] == 2)
        try await installation.reset(try await installation.resetLetter(in: tenant).proofByToken, in: tenant)
    }

    @Test(
        "Who changes the address twice takes nothing from its owner, whichever of the two is undone first",
        arguments: [true, false])
    func twice(laterFirst: Bool) async throws {
        let installation = try await Installation.make()
        let tenant = try await installation.tenant()
        let session = try await installation.registerVerified(in: tenant)
        try await installation.changeAddress(to: "thief@example.com", by: session, in: tenant)
        let first = try await installation.letter()
        try await installation.changeAddress(to: "other@example.com", by: session, in: tenant)
        let second = try await installation.letter()
        #expect(first.recipient == "ada@example.com" && second.recipient == "thief@example.com")
        if laterFirst {
            try await installation.undoAddressChange(second.token, in: tenant)
            #expect(try await installation.user("thief@example.com").id == session.user?.id)
        }
        try await installation.undoAddressChange(first.token, in: tenant)
        #expect(try await installation.user().id == session.user?.id)
        await #expect(throws: Refusal.invalidToken) {
            try await installation.undoAddressChange(second.token, in: tenant)
        }
    }

    @Test("A mail that would undo a later change isn't sent once an earlier one is undone, which its reader is told")
    func queued() async throws {
        let installation = try await Installation.make()
        let tenant = try await installation.tenant()
        let session = try await installation.registerVerified(in: tenant)
        try await installation.changeAddress(to: "thief@example.com", by: session, in: tenant)
        let first = try await installation.letter()
        try await installation.changeAddress(to: "other@example.com", by: session, in: tenant)
        try await installation.undoAddressChange(first.token, in: tenant)
        let told = try await installation.letters()
        #expect(told.map(\.recipient).sorted() == ["other@example.com", "thief@example.com"])
        #expect(told.allSatisfy { $0.token == nil && $0.code == nil })
        #expect(try await installation.user().id == session.user?.id)
    }

    @Test("It can be undone for seven days, also after the password was changed; not if somebody has the address")
    func sevenDays() async throws {
        let installation = try await Installation.make()
        let tenant = try await installation.tenant()
        let session = try await installation.registerVerified(in: tenant)
        try await installation.changeAddress(to: "thief@example.com", by: session, in: tenant)
        let notice = try await installation.letter()
        try await installation.service.changePassword(
            current: Password(Installation.password), new: Password(Installation.newPassword),
            of: try await installation.signedIn(session, in: tenant), from: Installation.client, in: tenant)
        _ = try await installation.register("ada@example.com", in: tenant)
        await #expect(throws: Refusal.emailTaken) { try await installation.undoAddressChange(notice.token, in: tenant) }
        #expect(try await installation.isAlive(session, in: tenant))
        _ = try await installation.administration.deleteUser(tenant: "shop", user: "ada@example.com")
        let shift = { (days: Int) in "update one_time_tokens set expires_at = expires_at - interval '\(days) days'" }
        try await installation.asSuperuser(shift(7))
        await #expect(throws: Refusal.invalidToken) {
            try await installation.undoAddressChange(notice.token, in: tenant)
        }
        try await installation.asSuperuser(shift(-1))
        try await installation.undoAddressChange(notice.token, in: tenant)
    }

    @Test(
        "The address before is told also where the user has been disabled meanwhile, and can undo once they are enabled",
        arguments: [true, false])
    func disabled(isTriedBefore: Bool) async throws {
        let installation = try await Installation.make()
        let tenant = try await installation.tenant()
        let session = try await installation.registerVerified(in: tenant)
        try await installation.changeAddress(to: "thief@example.com", by: session, in: tenant)
        if isTriedBefore {
            let mailroom = Mailroom()
            mailroom.refuse(.connect)
            try await installation.deliverer(to: mailroom).sendAllDue()
            try await installation.makeDue()
        }
        _ = try await installation.administration.disableUser(tenant: "shop", user: "thief@example.com")
        let notice = try await installation.letter()
        #expect(notice.recipient == "ada@example.com")
        await #expect(throws: Refusal.invalidToken) {
            try await installation.undoAddressChange(notice.token, in: tenant)
        }
        _ = try await installation.administration.enableUser(tenant: "shop", user: "thief@example.com")
        try await installation.undoAddressChange(notice.token, in: tenant)
        #expect(try await installation.user().id == session.user?.id)
    }
}
