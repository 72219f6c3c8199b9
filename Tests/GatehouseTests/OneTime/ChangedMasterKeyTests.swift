import FoundationEssentials
import Testing

@testable import Gatehouse

/// Mailed codes while instances have different master keys.
@Suite("Mailed codes while the master key is changed", .installation) struct ChangedMasterKeyTests {
    /// Has the old key alone.
    private let installation: Installation
    private let tenant: ServedTenant
    /// Has the new key above the old one, and sends the mails.
    private let renewed: Installation

    init() async throws {
        installation = try await Installation.make()
        tenant = try await installation.tenant { $0.emailLogin = .code }
        renewed = installation.onAnotherInstance(
            with: KeySealer(MasterKeys(sealing: .generate(), accepting: installation.sealer.keys.all)))
    }

    private func rotateMasterKey() async throws {
        _ = try await installation.administration(with: renewed.sealer).rotateMasterKey(dryRun: false)
    }

    /// A code to sign in with, as its reader types it.
    private func mailedCode() async throws -> OneTimeProof {
        try await installation.service.requestMail.logIn(
            to: EmailAddress("ada@example.com"), from: Installation.client, in: tenant)
        return try await renewed.letter().proofByCode
    }

    private func logIn(_ code: OneTimeProof, at instance: Installation, in tenant: ServedTenant) async throws {
        _ = try await instance.service.logInByMail(code, deviceToken: nil, from: Installation.client, in: tenant)
    }

    private func confirm(_ letter: Letter) async throws {
        try await installation.service.confirmEmail(letter.proofByCode, from: Installation.client, in: tenant)
    }

    private func askForNewAddress(_ signedIn: SignedIn) async throws {
        try await installation.service.changeEmail(
            to: EmailAddress("new@example.com"), current: Password(Installation.password), of: signedIn,
            from: Installation.client, in: tenant)
    }

    @Test("Until the master key is rotated a code is good at an instance that has the old one alone, whoever mailed it")
    func mixedFleet() async throws {
        _ = try await installation.register(in: tenant)
        try await logIn(mailedCode(), at: installation, in: tenant)
    }

    @Test("An instance that lacks the key of a code can't tell whether it is right, and takes none of its guesses")
    func lackingInstance() async throws {
        _ = try await installation.register(in: tenant)
        try await rotateMasterKey()
        let code = try await mailedCode()
        for _ in 0..<6 {
            await #expect(throws: Refusal.keysUnavailable) { try await logIn(code, at: installation, in: tenant) }
        }
        try await logIn(code, at: renewed, in: try await renewed.service.directory.tenant(slug: "shop"))
    }

    @Test("Of two codes for one address that instance judges the one it can, which alone loses a guess")
    func oneOfTwo() async throws {
        let ada = try await installation.signedIn(try await installation.register(in: tenant), in: tenant)
        let bob = try await installation.signedIn(
            try await installation.register("bob@example.com", in: tenant), in: tenant)
        try await askForNewAddress(ada)
        let older = try await installation.letter()
        try await rotateMasterKey()
        try await askForNewAddress(bob)
        let newer = try await renewed.letter()
        await #expect(throws: Refusal.keysUnavailable) { try await confirm(newer) }
        let untouched = try await installation.rows(of: "one_time_tokens").map { $0.contains("\"guesses_left\": 5") }
        #expect(untouched == [false, true])
        try await confirm(older)
    }
}
