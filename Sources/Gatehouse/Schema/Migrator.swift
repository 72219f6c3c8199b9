public import Migrations
import Postgres

/// Brings a database's schema to what this program knows, as its owner.
///
/// Each migration is one transaction with the row that records it, so that a kill at any moment leaves a state from
/// which the same command goes on. Two at once wait for each other on an advisory lock.
public struct Migrator: Sendable {
    private let databaseURL: String

    public init(databaseURL: String) {
        self.databaseURL = databaseURL
    }

    /// What is missing, in order. Throws `schemaOutdated` for a database that is newer than this program, and `invalidSetting` for
    /// one whose encoding can't hold everybody's names.
    public func pending() async throws -> [Migration] {
        try await Connection.using(databaseURL) { connection in
            _ = try await Self.checkedEncoding(on: connection)
            return try await Self.missing(on: connection)
        }
    }

    /// Applies what is missing and answers it; `progress` is told of each before it runs.
    ///
    /// - Parameters:
    ///   - last: The version to stop at, that of an earlier release.
    ///   - warn: Told, before anything is applied, what is amiss with a database that will do all the same.
    public func apply(
        upTo last: Int = .max, _ progress: @Sendable (Migration) -> Void,
        warn: @Sendable (String) -> Void = { _ in }
    ) async throws -> [Migration] {
        try await Connection.using(databaseURL) { connection in
            // Held until the connection closes: whoever comes second then finds nothing left to do.
            _ = try await connection.query(SchemaStatements.lock, (), deadline: .seconds(600))
            let encoding = try await Self.checkedEncoding(on: connection)
            let pending = try await Self.missing(on: connection).filter { $0.version <= last }
            if !pending.isEmpty, let warning = SchemaCheck.warning(ofEncoding: encoding) { warn(warning) }
            for migration in pending {
                progress(migration)
                try await connection.script(Self.script(migration))
            }
            return pending
        }
    }

    /// The SQL that `apply` would run now.
    public func dryRun() async throws -> String {
        try await pending().map(Self.script).joined(separator: "\n")
    }

    private static func script(_ migration: Migration) -> String {
        """
        -- \(migration.version): \(migration.name)
        begin;
        \(migration.sql)
        insert into schema_versions (version, name) values (\(migration.version), '\(migration.name)');
        commit;

        """
    }

    private static func checkedEncoding(on connection: Connection) async throws -> String {
        let encoding = try await SchemaStatements.encoding(on: connection)
        if let fault = SchemaCheck.fault(ofEncoding: encoding) { throw Refusal.invalidSetting(fault) }
        return encoding
    }

    private static func missing(on connection: Connection) async throws -> [Migration] {
        let applied = try await SchemaStatements.version(on: connection)
        let known = Migration.all.last?.version ?? 0
        guard applied <= known else {
            throw Refusal.schemaOutdated(
                "The database is at version \(applied), this program knows \(known): use the newer program.")
        }
        return Migration.all.filter { $0.version > applied }
    }
}
