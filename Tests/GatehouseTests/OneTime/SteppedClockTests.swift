import FoundationEssentials
import Testing

@testable import Gatehouse

/// Of several mails that were asked for the last one counts, and of several changes of address the first has the last word. Ids are made
/// by the clocks of the instances that were asked.
@Suite("One-time tokens and clocks that step back", .installation) struct SteppedClockTests {
    private static let behind = Clock { Date().addingTimeInterval(-600) }

    @Test(
        "Who asks again after an instance's clock has stepped back gets a mail, whose token replaces the one before",
        arguments: [
            nil, "update one_time_tokens set expires_at = now()",
            // The database's own clock has stepped back, as after a failover.
            "update one_time_tokens set created_at = now() + interval '1 h'",
            "update one_time_tokens set created_at = now() + interval '1 h', expires_at = now()",
        ])
    func replaces(meanwhile: String?) async throws {
        let installation = try await Installation.make()
        let tenant = try await installation.tenant()
        _ = try await installation.register(in: tenant)
        let first = try await installation.resetLetter(in: tenant).proofByToken
        if let meanwhile { try await installation.asSuperuser(meanwhile) }
        let second = try await installation.onAnotherInstance(clock: Self.behind).resetLetter(in: tenant).proofByToken
        await #expect(throws: Refusal.invalidToken) { try await installation.reset(first, in: tenant) }
        try await installation.reset(second, in: tenant)
    }

    @Test("A mail that was asked for earlier isn't sent after a later one, whatever its id says, and the log tells")
    func order() async throws {
        let installation = try await Installation.make()
        let tenant = try await installation.tenant()
        _ = try await installation.register(in: tenant)
        try await installation.enqueue(.passwordReset, in: tenant)
        try await installation.asSuperuser("update deliveries set due_at = now() + interval '1 h'")
        let later = try await installation.onAnotherInstance(clock: Self.behind).resetLetter(in: tenant).proofByToken
        try await installation.makeDue()
        let (mailroom, log) = (Mailroom(), RecordingLog())
        #expect(try await installation.deliverer(to: mailroom, log: log).sendAllDue() == 1)
        #expect(mailroom.sent.isEmpty)
        #expect(log.messages.count == 1 && log.messages.allSatisfy { $0.hasPrefix("warning A mail was dropped") })
        #expect(!log.messages.joined().contains("@"))
        try await installation.reset(later, in: tenant)
    }

    @Test(
        "Who undoes the later of two changes of address takes nothing from the owner, whatever clocks have said",
        arguments: [
            nil,
            // The database's own clock has stepped back, by millennia.
            "update one_time_tokens set id = ('f' || substr(id::text, 2))::uuid where purpose = 'undo_email_change'",
        ])
    func changesOfAddress(meanwhile: String?) async throws {
        let installation = try await Installation.make()
        let tenant = try await installation.tenant()
        let session = try await installation.registerVerified(in: tenant)
        let signedIn = try await installation.signedIn(session, in: tenant)
        try await installation.changeAddress(to: "thief@example.com", of: signedIn, in: tenant)
        let first = try await installation.letter()
        if let meanwhile { try await installation.asSuperuser(meanwhile) }
        let instance = installation.onAnotherInstance(clock: Self.behind)
        try await instance.changeAddress(to: "other@example.com", of: signedIn, in: tenant)
        let second = try await instance.letter()
        for letter in [second, first] { try await installation.undoAddressChange(letter.token, in: tenant) }
        #expect(try await installation.user().id == session.user?.id)
    }

    @Test("Of two mails of one moment the one with the later id counts, in whatever order they are sent")
    func oneMoment() async throws {
        let installation = try await Installation.make()
        let tenant = try await installation.tenant()
        _ = try await installation.register(in: tenant)
        for lateOne in [0, 1] {
            let ids = [
                try await installation.enqueue(.passwordReset, in: tenant),
                try await installation.enqueue(.passwordReset, in: tenant),
            ]
            try await installation.asSuperuser("update mails set created_at = now()")
            try await installation.asSuperuser(
                "update deliveries set due_at = now() + interval '1 h' where id = '\(ids[lateOne].lowercaseString)'")
            let sent = try await installation.letter()
            try await installation.makeDue()
            let sentLate = try await installation.letters()
            #expect(sentLate.count == lateOne)
            #expect(try await installation.tokenCount() == 1)
            let proof = try (sentLate.first ?? sent).proofByToken
            try await installation.reset(proof, to: "\(Installation.newPassword)-\(lateOne)", in: tenant)
            // The notice of the new password.
            try await installation.letters()
        }
    }
}
