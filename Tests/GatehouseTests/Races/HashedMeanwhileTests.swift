import FoundationEssentials
import Logging
import Postgres
import TestSupport
import Testing

@testable import Gatehouse

/// A password takes long to hash. A sign-in is answered by what holds when it comes about.
@Suite(.installation, .timeLimit(.minutes(2))) struct HashedMeanwhileTests {
    private func race() async throws -> HeldRace {
        try await HeldRace.make(limits: GuessLimits(parsing: "account=10/15m,source=off"))
    }

    /// Where somebody signs in by either of two names.
    private func tenantWithAda(in installation: Installation) async throws -> ServedTenant {
        let tenant = try await installation.tenant()
        _ = try await installation.service.register(
            email: EmailAddress("ada@example.com"), username: Username("ada"), name: nil,
            password: Password(Installation.password), from: Installation.client, in: tenant)
        return tenant
    }

    @Test("By an address that the account has lost meanwhile nobody signs in, and by its username one does")
    func names() async throws {
        for name in [LogInName.email(TypedEmail(" Ada@Example.com")), .username("ADA")] {
            let race = try await race()
            let installation = race.installation
            let tenant = try await tenantWithAda(in: installation)
            let (signedIn, _) = try await race.run(at: .verified) {
                try await installation.service.logIn(
                    name, password: Password(Installation.password), from: Installation.client, in: tenant)
            } while: {
                try await installation.asSuperuser("update users set email = 'eve@example.com'")
            }
            switch name {
            case .email: #expect(throws: Refusal.invalidCredentials) { try signedIn.get() }
            case .username: #expect(try signedIn.get().user?.email == "eve@example.com")
            }
        }
    }

    @Test("Of a username that the account has lost meanwhile the same holds")
    func username() async throws {
        let race = try await race()
        let installation = race.installation
        let tenant = try await tenantWithAda(in: installation)
        let (signedIn, _) = try await race.run(at: .verified) {
            try await installation.service.logIn(
                .username("ada"), password: Password(Installation.password), from: Installation.client, in: tenant)
        } while: {
            try await installation.asSuperuser("update users set username = 'lovelace'")
        }
        #expect(throws: Refusal.invalidCredentials) { try signedIn.get() }
    }

    @Test("Claims that were taken away meanwhile are in no token")
    func claims() async throws {
        let race = try await race()
        let installation = race.installation
        let tenant = try await installation.tenant()
        _ = try await installation.register(in: tenant)
        let administration = installation.administration
        _ = try await administration.setClaims(tenant: "shop", user: "ada@example.com", json: #"{"role":"admin"}"#)
        let (signedIn, _) = try await race.run(at: .verified) {
            try await installation.logIn(in: tenant)
        } while: {
            try await administration.setClaims(tenant: "shop", user: "ada@example.com", json: #"{"role":"guest"}"#)
        }
        let session = try signedIn.get()
        let claims = try AccessClaims(payload: CompactJWS.parse(session.accessToken).payload)
        #expect(claims.extra["role"] == "guest")
        #expect(session.user?.claims["role"] == "guest")
    }

    @Test("A key that is revoked meanwhile signs nothing of the answer", arguments: [RotationUse.access, .refresh])
    func keys(use: RotationUse) async throws {
        let race = try await race()
        let installation = race.installation
        let tenant = try await installation.tenant()
        _ = try await installation.register(in: tenant)
        let directory = installation.service.directory
        let listening = Task { await directory.run() }
        defer { listening.cancel() }
        let administration = installation.administration
        let (signedIn, _) = try await race.run(at: .verified) {
            try await installation.logIn(in: tenant)
        } while: {
            _ = try await administration.rotateKeys(tenant: "shop", use: use, emergency: true, force: false)
            try await wait {
                let heard = try await directory.tenant(slug: "shop")
                let ring: KeyPath<ServedTenant, KeyRing> = use == .access ? \.accessKeys : \.refreshKeys
                return heard[keyPath: ring].signingKey?.kid != tenant[keyPath: ring].signingKey?.kid
            }
        }
        let session = try signedIn.get()
        let now = try await directory.tenant(slug: "shop")
        _ = try await installation.signedIn(session, in: now)
        _ = try await installation.refresh(session.refreshToken, in: now)
    }

    @Test("Where the tenant can't be read again a sign-in that has come about is answered as it is known")
    func unread() async throws {
        let race = try await race()
        let installation = race.installation
        let tenant = try await installation.tenant()
        _ = try await installation.register(in: tenant)
        _ = try await installation.administration.createTenant(slug: "blog", change: TenantSettingsChange())
        let pool = Pool(PoolConfiguration(installation.database.serviceURL, size: 2))
        let logger = Logger(label: "tests") { _ in SwiftLogNoOpLogHandler() }
        // It forgets the one tenant for the other.
        let directory = TenantDirectory(
            database: Database(pool: pool), sealer: installation.sealer,
            publicURL: installation.administration.publicURL,
            listenURL: installation.database.serviceURL, capacity: 1, logger: logger)
        let service = LoginService(
            database: installation.serviceDatabase, directory: directory, hasher: installation.administration.hasher,
            secrets: OneTimeSecrets(installation.sealer.keys),
            limits: try GuessLimits(parsing: "account=10/15m,source=off"), logger: logger)
        let known = try await directory.tenant(slug: "shop")
        let (signedIn, _) = try await race.run(at: .verified) {
            try await service.logIn(
                .email(TypedEmail("ada@example.com")), password: Password(Installation.password),
                from: Installation.client, in: known)
        } while: {
            _ = try await directory.tenant(slug: "blog")
            await pool.close()
        }
        _ = try await installation.signedIn(try signedIn.get(), in: tenant)
    }
}
