import FoundationEssentials
import TestSupport
import Testing

@testable import Gatehouse

/// The tenant is disabled between the look at what somebody presents and the change that it lets them make.
@Suite(.installation, .timeLimit(.minutes(3))) struct DisabledTenantRaceTests {
    /// What is asked of the service, by who is signed in or by a mailed code.
    enum Request: CaseIterable, Sendable {
        case deleteAccount, changeEmail, verifyEmail, confirmEmail, resetPassword, logInByMail

        /// When what is presented has been found good.
        var gate: Gate {
            switch self {
            case .deleteAccount, .changeEmail: .verified
            case .verifyEmail, .confirmEmail, .resetPassword, .logInByMail: Gate(event: "update on one_time_tokens")
            }
        }

        /// The request, with whatever it needs at hand.
        func prepared(
            by signedIn: SignedIn, in tenant: ServedTenant, _ installation: Installation
        ) async throws -> @Sendable () async throws -> Void {
            let (service, client, user) = (installation.service, Installation.client, "ada@example.com")
            switch self {
            case .deleteAccount:
                return {
                    try await service.deleteAccount(
                        current: Password(Installation.password), of: signedIn, from: client, in: tenant)
                }
            case .changeEmail:
                return { try await changeEmail(by: signedIn, in: tenant, installation) }
            case .verifyEmail:
                try await service.requestMail.verification(of: EmailAddress(user), from: client, in: tenant)
                let proof = try await installation.letter().proofByCode
                return { try await service.verifyEmail(proof, from: client, in: tenant) }
            case .confirmEmail:
                try await changeEmail(by: signedIn, in: tenant, installation)
                let proof = try await installation.letter().proofByCode
                return { try await service.confirmEmail(proof, from: client, in: tenant) }
            case .resetPassword:
                let proof = try await installation.resetLetter(in: tenant).proofByCode
                return { try await installation.reset(proof, in: tenant) }
            case .logInByMail:
                try await service.requestMail.logIn(to: EmailAddress(user), from: client, in: tenant)
                let proof = try await installation.letter().proofByCode
                return { _ = try await service.logInByMail(proof, deviceToken: nil, from: client, in: tenant) }
            }
        }

        private func changeEmail(
            by signedIn: SignedIn, in tenant: ServedTenant, _ installation: Installation
        ) async throws {
            try await installation.service.changeEmail(
                to: EmailAddress("new@example.com"), current: Password(Installation.password), of: signedIn,
                from: Installation.client, in: tenant)
        }
    }

    @Test(
        "Whoever asks for a change of a tenant that is disabled before it is made hears that there is none",
        arguments: Request.allCases)
    func disabled(request: Request) async throws {
        let race = try await HeldRace.make(limits: GuessLimits(parsing: "account=10/15m,source=off"))
        let installation = race.installation
        let tenant = try await installation.tenant { $0.emailLogin = .code }
        let session = try await installation.register(in: tenant)
        let asked = try await request.prepared(
            by: try await installation.signedIn(session, in: tenant), in: tenant, installation)
        let (answer, disabled) = try await race.run(at: request.gate, asked) {
            _ = try await installation.administration.disableTenant("shop")
        }
        try disabled.get()
        #expect(throws: Refusal.tenantNotFound) { try answer.get() }
        #expect(try await installation.user() == session.user)
        _ = try await installation.administration.enableTenant("shop")
        _ = try await installation.logIn(in: tenant)
    }
}
