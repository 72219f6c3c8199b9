import Testing

@testable import Gatehouse

/// The master key of a database is changed while a tenant arrives there.
@Suite(.installation, .timeLimit(.minutes(3))) struct RotatedDuringImportTests {
    private let race: HeldRace
    private let move: Move
    private let both: KeySealer
    private let new: KeySealer

    init() async throws {
        race = try await HeldRace.make()
        move = Move(from: try await Installation.make(publicURL: "http://old.test"), to: race.installation)
        let master = MasterKey.generate()
        both = KeySealer(master: master, accepting: race.installation.sealer.keys.all)
        new = KeySealer(master: master)
        _ = try await move.to.tenant("blog")
        let tenant = try await move.from.tenant()
        _ = try await move.from.register(in: tenant)
    }

    /// Imports the tenant with both master keys and comes to the gate, and while it is held there changes the master key.
    private func importing(at gate: Gate) async throws -> (Result<MovedTenant, any Error>, MasterKeyReport) {
        let lines = try await Move.export(from: move.from)
        let office = move.to.administration(with: both)
        let (arrived, rotated) = try await race.run(at: gate) {
            var rest = lines[...]
            return try await office.importTenant(
                under: Passphrase(Move.passphrase), nextLine: { rest.popFirst() })
        } while: {
            try await office.rotateMasterKey(dryRun: false)
        }
        return (arrived, try rotated.get())
    }

    @Test("What was sealed under the older key before the change doesn't arrive, and does when it is imported again")
    func changedBefore() async throws {
        let (arrived, rotated) = try await importing(at: Gate(event: "insert on users"))
        #expect(rotated.isComplete && rotated.keys.resealed == 4)
        #expect {
            try arrived.get()
        } throws: { ($0 as? Refusal)?.code == "guard_refused" }
        let office = move.to.administration(with: new)
        #expect(try await office.listTenants().map(\.slug) == ["blog"])
        _ = try await importAgain(as: office)
        let report = try await office.verifyMasterKey()
        #expect(report.isComplete && report.keys.unchanged == 8)
    }

    @Test("A change that comes when the tenant has all but arrived finds it")
    func changedAfter() async throws {
        let (arrived, rotated) = try await importing(at: Gate(event: "insert on audit_events", moment: .beforeCommit))
        _ = try arrived.get()
        #expect(rotated.isComplete && rotated.keys.resealed == 8)
        let report = try await move.to.administration(with: new).verifyMasterKey()
        #expect(report.isComplete && report.keys.unchanged == 8)
    }

    private func importAgain(as office: Administration) async throws -> MovedTenant {
        var rest = try await Move.export(from: move.from)[...]
        return try await office.importTenant(under: Passphrase(Move.passphrase), nextLine: { rest.popFirst() })
    }
}
