import FoundationEssentials
import Testing

@testable import Gatehouse

@Suite("An address that an operator gives an account", .installation) struct AddressByOperatorTests {
    @Test(
        "Nothing that was mailed before or is queued changes it back or does anything else, and sessions go on",
        arguments: [true, false])
    func lastWord(isTold: Bool) async throws {
        let installation = try await Installation.make()
        let tenant = try await installation.tenant()
        let session = try await installation.registerVerified(in: tenant)
        try await installation.changeAddress(to: "thief@example.com", by: session, in: tenant)
        // Else the mail with the token that takes the change back is still queued.
        let notice: Letter? = if isTold { try await installation.letter() } else { nil }
        try await installation.asSuperuser("update deliveries set due_at = now() + interval '1 h'")
        let reset = try await installation.resetLetter("thief@example.com", in: tenant)
        try await installation.askForAddress("third@example.com", by: session, in: tenant)
        let pending = try await installation.letter()
        let user = try await installation.amend(UserChange(email: "new@example.com"), of: "thief@example.com")
        #expect(user.id == session.user?.id && !user.emailVerified)
        if let notice {
            await #expect(throws: Refusal.invalidToken) {
                try await installation.undoAddressChange(notice.token, in: tenant)
            }
        }
        await #expect(throws: Refusal.invalidToken) { try await installation.reset(reset.proofByToken, in: tenant) }
        await #expect(throws: Refusal.invalidToken) {
            try await installation.confirmAddress(pending.proofByToken, in: tenant)
        }
        #expect(try await installation.tokenCount() == 0)
        try await installation.makeDue()
        #expect(try await installation.letters().isEmpty)
        #expect(try await installation.isAlive(session, in: tenant))
        _ = try await installation.logIn("new@example.com", in: tenant)
        await installation.failToLogIn("thief@example.com", password: Installation.password, in: tenant)
    }

    @Test("Of names alone nothing that was mailed is void")
    func namesAlone() async throws {
        let installation = try await Installation.make()
        let tenant = try await installation.tenant()
        _ = try await installation.register(in: tenant)
        let reset = try await installation.resetLetter(in: tenant)
        try await installation.amend(UserChange(username: .set("ada"), name: .set("Ada"), verified: true))
        try await installation.reset(reset.proofByToken, in: tenant)
    }

    @Test("In other letter case it is the same address: verified if it was, and what was mailed stays good")
    func sameAddress() async throws {
        let installation = try await Installation.make()
        let tenant = try await installation.tenant()
        let session = try await installation.registerVerified(in: tenant)
        let reset = try await installation.resetLetter(in: tenant)
        let user = try await installation.amend(UserChange(email: "ADA@example.com"))
        #expect(user.email == "ADA@example.com" && user.emailVerified && user.id == session.user?.id)
        try await installation.reset(reset.proofByToken, in: tenant)
        let detail = try #require(try await installation.amendments().last).detail
        #expect(detail["email"] == true && detail["email_verified"] == false)
    }
}
