import FoundationEssentials
import Gatehouse
import Postgres

/// What an admin command works with: the operations, and what is needed to show their results.
struct AdminOffice {
    let administration: Administration
    let publicURL: String

    static func open<Result>(
        _ options: AdminOptions, withMasterKey: Bool, _ body: (AdminOffice) async throws -> Result
    ) async throws -> Result {
        let settings = try AdminSettings(
            flags: options.givenSettings, environment: ProcessInfo.processInfo.environment, withMasterKey: withMasterKey
        )
        let hasher = PasswordHasher(parameters: settings.argon2, threads: 1)
        defer { hasher.shutdown() }
        // A connection that takes long, as with slow name servers, is worth waiting for: nobody else has this pool.
        let connecting = PoolConfiguration(
            settings.databaseURL.text, size: 2, waitDeadline: .seconds(60), statementDeadline: .seconds(60),
            applicationName: "gatehouse admin")
        return try await Pool.using(connecting) { pool in
            let administration = Administration(
                database: Database(pool: pool), sealer: settings.masterKeys.map { KeySealer($0) },
                hasher: hasher, publicURL: settings.publicURL.text, jwksMaxAge: settings.jwksMaxAge,
                actor: options.actorName)
            return try await body(AdminOffice(administration: administration, publicURL: settings.publicURL.text))
        }
    }
}

/// The settings of `gatehouse admin`.
struct AdminSettings {
    let databaseURL: DatabaseURL
    let masterKeys: MasterKeys?
    let publicURL: PublicURL
    let argon2: Argon2Parameters
    let jwksMaxAge: Duration

    init(flags: [Setting: String], environment: [String: String], withMasterKey: Bool) throws(ConfigurationProblems) {
        var reader = SettingsReader(flags: flags, environment: environment)
        let databaseURL = reader.ownerDatabaseURL()
        masterKeys = withMasterKey ? reader.masterKeys() : nil
        publicURL = reader.publicURL(listen: reader.listenAddress(.listen, default: .standard))
        argon2 = reader.argon2()
        jwksMaxAge = reader.jwksMaxAge()
        try reader.throwProblems()
        guard let databaseURL else { throw ConfigurationProblems(lines: []) }
        self.databaseURL = databaseURL
    }
}
