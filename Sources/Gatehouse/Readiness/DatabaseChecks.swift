import Postgres

/// What must hold of the database for an instance to serve, looked at in one go.
struct DatabaseChecks: Sendable {
    typealias Check = ReadinessReport.Check

    let database: Database
    let sealer: KeySealer
    let clock: Clock

    /// The same when the database can't be asked: nothing is known of the rest.
    static func unavailable(_ fault: String) -> [Check] {
        let unknown = "unknown while the database is away"
        return [
            Check("database", fault: fault), Check("schema", fault: unknown), Check("master_key", fault: unknown),
            Check("clock", fault: unknown),
        ]
    }

    func callAsFunction() async -> [Check] {
        do {
            let masterKeyFault = try await masterKeyFault()
            let (server, version) = try await database.untenanted.withConnection { connection in
                let server = try await ServerMoment.read(on: connection, clock: clock)
                let version = try await SchemaStatements.version(on: connection)
                // By the next look the name may lead to another server, the new primary.
                if server.isReadOnly { await connection.close() }
                return (server, version)
            }
            return [
                Check("database", fault: server.isReadOnly ? Self.readOnly : nil),
                Check("schema", fault: SchemaCheck.fault(atVersion: version)),
                Check("master_key", fault: masterKeyFault),
                Check("clock", fault: ClockCheck.fault(ofOffset: server.offset)),
            ]
        } catch {
            return Self.unavailable(Self.reason(of: error))
        }
    }

    private static let readOnly =
        "read-only, as a replica is; name the primary in DATABASE_URL, or add target_session_attrs=read-write"

    private func masterKeyFault() async throws -> String? {
        do {
            try await MasterKeyCheck(database: database, sealer: sealer).refuseForeignKey()
            return nil
        } catch let refusal as Refusal {
            return refusal.message
        }
    }

    private static func reason(of error: any Error) -> String {
        guard let error = error as? PostgresError else { return "can't be asked" }
        if let fault = DatabaseFault(error) { return fault.sentence }
        if case .server(let error) = error { return "refuses with SQLSTATE \(error.state.rawValue)" }
        return "can't be asked"
    }
}
