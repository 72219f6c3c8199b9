import FoundationEssentials
import Testing

@testable import Gatehouse

/// Somebody who knows the password moves an account away, and its owner, who is still signed in, changes the address back.
@Suite("An address that is changed back", .installation, .timeLimit(.minutes(3))) struct ReturnedAddressTests {
    private let race: HeldRace
    private let installation: Installation
    private let tenant: ServedTenant
    private let session: IssuedSession

    init() async throws {
        race = try await HeldRace.make()
        installation = race.installation
        tenant = try await installation.tenant()
        session = try await installation.registerVerified(in: tenant)
    }

    /// What is mailed to an address that is to be the account's.
    private func confirmation(of email: String) async throws -> OneTimeProof {
        try await installation.askForAddress(email, by: session, in: tenant)
        return try await installation.letter().proofByToken
    }

    private func confirm(_ proof: OneTimeProof) async throws {
        try await installation.confirmAddress(proof, in: tenant)
    }

    /// Changes the address; what the one before is told.
    private func change(to email: String) async throws -> Letter {
        try await installation.changeAddress(to: email, by: session, in: tenant)
        return try await installation.letter()
    }

    private func undo(_ letter: Letter) async throws {
        try await installation.undoAddressChange(letter.token, in: tenant)
    }

    @Test(
        "Who takes the address again takes the change back: whoever had moved it away is told, and can't return",
        arguments: ["ada@example.com", "ADA@Example.com"], [true, false])
    func returned(email: String, isTold: Bool) async throws {
        let notice: Letter?
        if isTold {
            notice = try await change(to: "thief@example.com")
        } else {
            // The mail with the token that takes the change back is still queued.
            try await confirm(try await confirmation(of: "thief@example.com"))
            try await installation.asSuperuser("update deliveries set due_at = now() + interval '1 h'")
            notice = nil
        }
        try await confirm(try await confirmation(of: email))
        try await installation.makeDue()
        let told = try await installation.letter()
        #expect(told.recipient == "thief@example.com" && told.token == nil && told.code == nil)
        #expect(try await installation.tokenCount() == 0)
        if let notice { await #expect(throws: Refusal.invalidToken) { try await undo(notice) } }
        let changes = try await installation.events().filter { $0.type == "email.changed" }
        #expect(changes.map { $0.detail["undone"] == true } == [false, true])
        #expect(try await installation.user().id == session.user?.id)
        #expect(try await installation.isAlive(session, in: tenant))
    }

    @Test("Nothing that later changes have mailed leads back to where they went")
    func afterSeveral() async throws {
        _ = try await change(to: "thief@example.com")
        let later = try await change(to: "other@example.com")
        let told = try await change(to: "ada@example.com")
        #expect(later.token != nil && told.recipient == "other@example.com" && told.token == nil)
        await #expect(throws: Refusal.invalidToken) { try await undo(later) }
        #expect(try await installation.user().id == session.user?.id)
    }

    @Test("Who moves the account away, on, and back to where it went first takes nothing from its owner")
    func byThief() async throws {
        let owners = try await change(to: "thief@example.com")
        let thiefs = try await change(to: "other@example.com")
        let told = try await change(to: "thief@example.com")
        #expect(told.recipient == "other@example.com" && told.token == nil)
        await #expect(throws: Refusal.invalidToken) { try await undo(thiefs) }
        try await undo(owners)
        #expect(try await installation.user().id == session.user?.id)
        #expect(try await installation.letter().recipient == "thief@example.com")
    }

    @Test("Who takes the address again after the seven days has changed it like anybody")
    func late() async throws {
        _ = try await change(to: "thief@example.com")
        try await installation.asSuperuser("update one_time_tokens set expires_at = now()")
        let notice = try await change(to: "ada@example.com")
        #expect(notice.recipient == "thief@example.com" && notice.token != nil)
    }

    @Test(
        "Of a change back and of what takes the change back, both at once, the second comes too late",
        arguments: [true, false])
    func atOnce(isConfirmedFirst: Bool) async throws {
        let notice = try await change(to: "thief@example.com")
        let proof = try await confirmation(of: "ada@example.com")
        let confirming: @Sendable () async throws -> Void = { try await confirm(proof) }
        let undoing: @Sendable () async throws -> Void = { try await undo(notice) }
        let gate = Gate(event: "update of email on users")
        let results =
            if isConfirmedFirst {
                try await race.run(at: gate, confirming, while: undoing)
            } else {
                try await race.run(at: gate, undoing, while: confirming)
            }
        try results.0.get()
        #expect(throws: Refusal.invalidToken) { try results.1.get() }
        let told = try await installation.letter()
        #expect(told.recipient == "thief@example.com" && told.token == nil)
        #expect(try await installation.user().id == session.user?.id)
        #expect(try await installation.tokenCount() == 0)
    }
}
