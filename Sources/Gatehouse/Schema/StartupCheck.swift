public import Logging
import Postgres

/// Why the service does not start, as a sentence that says what to do.
public struct StartupProblem: Error, Sendable, Equatable {
    public let message: String
}

/// What must hold before a request is served: the database can hold everybody's names, the schema is there, the role can't read
/// past row-level security and is told of unconfirmed commits, and the master key is the one the tenants' keys were sealed with.
public struct StartupCheck: Sendable {
    private let database: Database
    private let sealer: KeySealer
    private let logger: Logger

    public init(database: Database, sealer: KeySealer, logger: Logger) {
        self.database = database
        self.sealer = sealer
        self.logger = logger
    }

    /// Throws `StartupProblem` with the first that doesn't hold, or the `PostgresError` by which the database can't be asked. What ought to
    /// be mended and can be served as well is a warning in the log.
    public func callAsFunction() async throws {
        do {
            try await database.untenanted.connect()
            try await database.untenanted.withConnection { connection in
                try await checkEncoding(on: connection)
                try await checkRole(on: connection)
                try await checkWarnings(on: connection)
                try checkSchema(try await SchemaStatements.version(on: connection))
            }
            try await checkMasterKey()
        } catch let problem as StartupProblem {
            throw problem
        } catch let error as PostgresError where error.isUnavailability {
            throw error
        } catch {
            throw StartupProblem(message: "The database could not be checked: \(Self.fact(error)).")
        }
    }

    private func checkEncoding(on connection: Connection) async throws {
        let encoding = try await SchemaStatements.encoding(on: connection)
        if let fault = SchemaCheck.fault(ofEncoding: encoding) { throw StartupProblem(message: fault) }
        if let warning = SchemaCheck.warning(ofEncoding: encoding) { logger.warning("\(warning)") }
    }

    private func checkSchema(_ version: Int) throws(StartupProblem) {
        if let fault = SchemaCheck.fault(atVersion: version) { throw StartupProblem(message: fault) }
    }

    private func checkRole(on connection: Connection) async throws {
        guard let dangers = try await connection.first(SchemaStatements.dangers, ()) else { return }
        var found: [String] = []
        if dangers.isSuperuser { found.append("is a superuser") }
        if dangers.bypassesSecurity { found.append("has BYPASSRLS") }
        if dangers.ownsTables { found.append("owns tables or is a member of their owner") }
        if dangers.isNoMember {
            found.append("is no member of gatehouse_service (GRANT gatehouse_service TO it, after gatehouse migrate)")
        }
        guard found.isEmpty else {
            throw StartupProblem(
                message:
                    "The role of DATABASE_URL \(found.joined(separator: ", ")): the service needs an unprivileged one.")
        }
    }

    /// A connection of our own asks for warnings when it is opened. Behind a pooler a transaction may run on one that somebody else has
    /// opened, by what its role has set.
    private func checkWarnings(on connection: Connection) async throws {
        guard await !connection.keepsStatements else { return }
        guard try await connection.first(SchemaStatements.hidesWarnings, ()) == true else { return }
        throw StartupProblem(
            message:
                "The role of DATABASE_URL has client_min_messages = error, by which a commit that no standby has confirmed "
                + "looks confirmed: ALTER ROLE … SET client_min_messages = warning, and have the pooler connect anew.")
    }

    private func checkMasterKey() async throws {
        do {
            try await MasterKeyCheck(database: database, sealer: sealer).refuseForeignKey()
        } catch let refusal as Refusal {
            throw StartupProblem(message: refusal.message)
        }
    }

    /// What may be said of an unforeseen error: its SQLSTATE, never a statement or a value.
    private static func fact(_ error: any Error) -> String {
        if case PostgresError.server(let error) = error { return "SQLSTATE \(error.state.rawValue)" }
        return "an unexpected answer"
    }
}
