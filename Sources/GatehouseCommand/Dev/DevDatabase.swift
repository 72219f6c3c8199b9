import Gatehouse
import Migrations
import Postgres
import PostgresCluster

/// The database of `gatehouse dev`: an owner and a service role as in production, and a tenant to try things with.
struct DevDatabase {
    let cluster: PostgresCluster

    var ownerURL: String { cluster.url(user: "gatehouse_owner", database: "gatehouse") }
    var serviceURL: String { cluster.url(user: "gatehouse_login", database: "gatehouse") }

    static let tenant = "demo"

    /// Does what is missing; at later starts that is nothing.
    func prepare(settings: ServiceSettings) async throws {
        try await withSuperuser { connection in
            try await connection.script(Self.roles)
            if try await connection.first(Self.databaseExists, ()) == nil {
                try await connection.script("create database gatehouse owner gatehouse_owner")
            }
        }
        _ = try await Migrator(databaseURL: ownerURL).apply { migration in
            Terminal.printDiagnostic("Applying migration \(migration.version) (\(migration.name)) …")
        }
        try await withSuperuser { try await $0.script("grant gatehouse_service to gatehouse_login") }
        try await createTenant(settings: settings)
    }

    private func createTenant(settings: ServiceSettings) async throws {
        let hasher = PasswordHasher(parameters: settings.argon2, threads: 1)
        defer { hasher.shutdown() }
        let connecting = PoolConfiguration(ownerURL, size: 1, applicationName: "gatehouse dev")
        do {
            _ = try await Pool.using(connecting) { pool in
                let administration = Administration(
                    database: Database(pool: pool), sealer: KeySealer(settings.masterKeys), hasher: hasher,
                    publicURL: settings.publicURL.text, jwksMaxAge: settings.jwksMaxAge, actor: "gatehouse dev")
                return try await administration.createTenant(slug: Self.tenant, change: TenantSettingsChange())
            }
        } catch Refusal.tenantExists {
            // It is there from an earlier start, perhaps with other settings by now.
        }
    }

    private func withSuperuser(_ body: (Connection) async throws -> Void) async throws {
        try await Connection.using(cluster.superuserURL(), deadline: .seconds(30), body)
    }

    private static let databaseExists = Statement<Void, Bool>(
        "select true from pg_database where datname = 'gatehouse'", bind: { () }, row: { (found: Bool) in found })

    private static let roles = """
        do $$
        begin
            if to_regrole('gatehouse_owner') is null then create role gatehouse_owner login createrole; end if;
            if to_regrole('gatehouse_login') is null then create role gatehouse_login login; end if;
        end
        $$
        """
}
