import FoundationEssentials
import Logging
import Postgres
import TestSupport

@testable import Gatehouse

/// A migrated database with the operator's and the service's view of it, as two instances' worth of code would have.
struct Installation: Sendable {
    let database: TestDatabase
    var administration: Administration
    let service: LoginService
    let serviceDatabase: Database
    let ownerPool: Pool
    let sealer: KeySealer

    static let password = "vivid-Otter47-lintel-quasar"
    static let client = ClientInfo(address: "192.0.2.1", userAgent: "tests/1.0")
    static var stamp: EventStamp { EventStamp(id: UUID(), client: client) }

    /// - Parameter serviceURL: How the service gets to the database, where that isn't directly.
    static func make(
        on given: TestDatabase? = nil, serviceURL: String? = nil, limits: GuessLimits = .off,
        jwksMaxAge: Duration = .seconds(300), metrics: SessionMetrics = SessionMetrics(),
        publicURL: String = "http://gatehouse.test"
    ) async throws -> Installation {
        let database = if let given { given } else { try await TestDatabase.make() }
        _ = try await Migrator(databaseURL: database.ownerURL).apply { _ in }
        let admin = try await Connection.open(database.superuserURL)
        try await admin.script("grant gatehouse_service to gh_service")
        await admin.close()
        let sealer = KeySealer(master: .generate())
        let hasher = PasswordHasher(parameters: try Argon2Parameters(parsing: "m=64,t=1,p=1"))
        let owner = Pool(
            PoolConfiguration(database.ownerURL, size: 4, waitDeadline: .seconds(60), statementDeadline: .seconds(60)))
        let serviceDatabase = Database(
            pool: Pool(
                PoolConfiguration(
                    serviceURL ?? database.serviceURL, size: 8, waitDeadline: .seconds(60),
                    statementDeadline: .seconds(60))))
        let logger = Logger(label: "tests") { _ in SwiftLogNoOpLogHandler() }
        let directory = TenantDirectory(
            database: serviceDatabase, sealer: sealer, publicURL: publicURL,
            listenURL: serviceURL ?? database.serviceURL, logger: logger)
        return Installation(
            database: database,
            administration: Administration(
                database: Database(pool: owner), sealer: sealer, hasher: hasher, publicURL: publicURL,
                jwksMaxAge: jwksMaxAge, actor: "tests"),
            service: LoginService(
                database: serviceDatabase, directory: directory, hasher: hasher, secrets: OneTimeSecrets(sealer.keys),
                limits: limits, logger: logger,
                metrics: metrics),
            serviceDatabase: serviceDatabase, ownerPool: owner, sealer: sealer)
    }

    /// The same with an instance that has just started: it knows of no tenant yet, and waits for nobody of another's.
    ///
    /// - Parameter other: Its master keys, where they aren't those of the installation's operator.
    func onAnotherInstance(
        with other: KeySealer? = nil, limits: GuessLimits = .off, clock: Clock = .system
    ) -> Installation {
        let sealer = other ?? self.sealer
        let logger = Logger(label: "tests") { _ in SwiftLogNoOpLogHandler() }
        let directory = TenantDirectory(
            database: serviceDatabase, sealer: sealer, publicURL: administration.publicURL,
            listenURL: database.serviceURL, logger: logger)
        return Installation(
            database: database, administration: administration,
            service: LoginService(
                database: serviceDatabase, directory: directory, hasher: administration.hasher,
                secrets: OneTimeSecrets(sealer.keys), limits: limits,
                clock: clock, logger: logger),
            serviceDatabase: serviceDatabase, ownerPool: ownerPool, sealer: sealer)
    }

    /// The operator with other master keys, or with connections of their own.
    func administration(with other: KeySealer? = nil, pool: Pool? = nil) -> Administration {
        Administration(
            database: Database(pool: pool ?? ownerPool), sealer: other ?? sealer, hasher: administration.hasher,
            publicURL: administration.publicURL, jwksMaxAge: administration.jwksMaxAge, actor: "tests")
    }

    /// A fresh tenant, as the service sees it.
    func tenant(
        _ slug: String = "shop", _ set: (inout TenantSettingsChange) -> Void = { _ in }
    ) async throws -> ServedTenant {
        var change = TenantSettingsChange()
        set(&change)
        _ = try await administration.createTenant(slug: slug, change: change)
        return try await service.directory.tenant(slug: slug)
    }

    func register(_ email: String = "ada@example.com", in tenant: ServedTenant) async throws -> IssuedSession {
        try await service.register(
            email: EmailAddress(email), username: nil, name: nil, password: Password(Self.password),
            from: Self.client, in: tenant)
    }

    func logIn(
        _ email: String = "ada@example.com", password: String = Self.password, in tenant: ServedTenant
    ) async throws -> IssuedSession {
        try await service.logIn(.email(TypedEmail(email)), password: Password(password), from: Self.client, in: tenant)
    }

    func refresh(_ token: String, in tenant: ServedTenant) async throws -> IssuedSession {
        try await service.refresh(token, from: Self.client, in: tenant)
    }

    func asSuperuser(_ script: String) async throws {
        let connection = try await Connection.open(database.superuserURL)
        try await connection.script(script)
        await connection.close()
    }

    /// Moves a session's last rotation into the past, as if that much time had gone by.
    func age(_ session: IssuedSession, by seconds: Double, in tenant: ServedTenant) async throws {
        let id = tenant.tenant.id.lowercaseString
        try await asSuperuser(
            """
            update refresh_tokens
            set rotated_at = rotated_at - interval '\(seconds) s', created_at = created_at - interval '\(seconds) s'
            where tenant_id = '\(id)' and id = '\(session.sessionID.lowercaseString)'
            """)
    }
}
