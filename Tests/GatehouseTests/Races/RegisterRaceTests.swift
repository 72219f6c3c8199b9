import FoundationEssentials
import Postgres
import Testing

@testable import Gatehouse

@Suite(.installation, .timeLimit(.minutes(3))) struct RegisterRaceTests {
    private static let insertion = Gate(event: "insert on users")

    /// Two people who want the same email, or the same username.
    enum Wish: CaseIterable, Sendable {
        case email, username

        var refusal: Refusal { self == .email ? .emailTaken : .usernameTaken }

        func register(_ number: Int, in tenant: ServedTenant, _ service: LoginService) async throws -> IssuedSession {
            let email =
                self == .email ? ["ada@example.com", "ADA@example.com"][number % 2] : "ada\(number)@example.com"
            return try await service.register(
                email: EmailAddress(email), username: self == .email ? nil : Username("ada"), name: nil,
                password: Password(Installation.password), from: Installation.client, in: tenant)
        }
    }

    @Test(
        "A registration that is held keeps the name, or finds it taken", arguments: Wish.allCases, Gate.Moment.allCases)
    func held(wish: Wish, moment: Gate.Moment) async throws {
        let race = try await HeldRace.make()
        let tenant = try await race.installation.tenant()
        let service = race.installation.service
        let (first, second) = try await race.run(at: Self.insertion.at(moment)) {
            try await wish.register(0, in: tenant, service)
        } while: {
            try await wish.register(1, in: tenant, service)
        }
        try await expectOne(of: [first, second], wish, in: tenant, race.installation)
    }

    @Test("Of many who want the same name at once one gets it, and the others are told", arguments: Wish.allCases)
    func free(wish: Wish) async throws {
        let installation = try await Installation.make()
        for round in 0..<50 {
            let tenant = try await installation.tenant("t\(round)") { $0.algorithm = .hs256 }
            let results = await withTaskGroup(of: Result<IssuedSession, any Error>.self) { group in
                for number in 0..<4 {
                    group.addTask {
                        do {
                            return .success(try await wish.register(number, in: tenant, installation.service))
                        } catch {
                            return .failure(error)
                        }
                    }
                }
                return await group.reduce(into: []) { $0.append($1) }
            }
            try await expectOne(of: results, wish, in: tenant, installation)
        }
    }

    /// What ends a tenant for whoever registers with it.
    enum Closing: CaseIterable, Sendable {
        case closed, disabled, deleted

        var gate: Gate { Gate(event: self == .deleted ? "delete on tenants" : "update on tenants") }

        func callAsFunction(_ slug: String, _ administration: Administration) async throws {
            switch self {
            case .closed:
                var change = TenantSettingsChange()
                change.registrationOpen = false
                _ = try await administration.updateTenant(slug, change: change)
            case .disabled: _ = try await administration.disableTenant(slug)
            case .deleted: try await administration.deleteTenant(slug)
            }
        }
    }

    @Test(
        "Of a registration that is held while its tenant is closed nothing works afterwards, unless registration alone was",
        arguments: Closing.allCases, Gate.Moment.allCases)
    func closedMeanwhile(closing: Closing, moment: Gate.Moment) async throws {
        let race = try await HeldRace.make()
        let tenant = try await race.installation.tenant()
        let (registered, closed) = try await race.run(at: Self.insertion.at(moment)) {
            try await race.installation.register(in: tenant)
        } while: {
            try await closing("shop", race.installation.administration)
        }
        try closed.get()
        try await expectNothing(of: registered, after: closing, in: tenant, race.installation)
    }

    @Test(
        "Of a registration that comes while its tenant is being closed nothing works afterwards either",
        arguments: Closing.allCases, Gate.Moment.allCases)
    func whileClosing(closing: Closing, moment: Gate.Moment) async throws {
        let race = try await HeldRace.make()
        let tenant = try await race.installation.tenant()
        let (closed, registered) = try await race.run(at: closing.gate.at(moment)) {
            try await closing("shop", race.installation.administration)
        } while: {
            try await race.installation.register(in: tenant)
        }
        try closed.get()
        try await expectNothing(of: registered, after: closing, in: tenant, race.installation)
    }

    /// A user who came in just before registration was closed stays.
    private func expectNothing(
        of registered: Result<IssuedSession, any Error>, after closing: Closing, in tenant: ServedTenant,
        _ installation: Installation
    ) async throws {
        switch registered {
        case .success(let session): #expect(try await installation.isAlive(session, in: tenant) == (closing == .closed))
        case .failure(let error as PostgresError): #expect(Refusal(from: error) == .tenantNotFound)
        case .failure(let error): #expect([.registrationClosed, .tenantNotFound].contains(error as? Refusal))
        }
        await #expect(throws: (any Error).self) { try await installation.register("late@example.com", in: tenant) }
    }

    private func expectOne(
        of results: [Result<IssuedSession, any Error>], _ wish: Wish, in tenant: ServedTenant,
        _ installation: Installation
    ) async throws {
        let winners = results.compactMap { try? $0.get() }
        try #require(winners.count == 1)
        #expect(try await installation.isAlive(winners[0], in: tenant))
        for case .failure(let error) in results { #expect(error as? Refusal == wish.refusal) }
        let users = try await installation.administration.listUsers(tenant: tenant.tenant.slug, limit: 10, after: nil)
        #expect(users.map(\.id) == winners.compactMap(\.user?.id))
    }
}
