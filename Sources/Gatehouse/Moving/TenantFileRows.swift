import FoundationEssentials
import Postgres

/// Stores the rows of a file, many in one statement.
struct TenantFileRows {
    private static let batch = 500
    /// Of the lines whose rows wait: in memory a row may take many times as much as its line, which is up to `longestLine` long.
    private static let batchBytes = 4 << 20

    let header: TenantFileHeader
    let transaction: Transaction
    private var columns: TenantFileColumns?
    private var section = TenantFileSection.settings
    /// The members of the rows that wait.
    private var names: [String] = []
    private var rows: [JSON] = []
    private var bytes = 0

    init(header: TenantFileHeader, transaction: Transaction) {
        self.header = header
        self.transaction = transaction
    }

    /// Whether something was stored.
    ///
    /// - Parameter length: Of the row's line, in bytes.
    mutating func append(_ row: JSONObject, of section: TenantFileSection, length: Int) async throws -> Bool {
        let isFull = rows.count >= Self.batch || bytes >= Self.batchBytes
        let stores = section != self.section || row.names != names || isFull
        if stores {
            try await flush()
            try await begin(section, with: row.names)
        }
        rows.append(.object(row))
        bytes += length
        return stores
    }

    mutating func flush() async throws {
        guard !rows.isEmpty else { return }
        defer {
            rows.removeAll(keepingCapacity: true)
            bytes = 0
        }
        guard section == .settings else {
            let statement = TenantFileStatements.insert(into: section, names)
            _ = try await transaction.execute(statement, (header.tenantID, PostgresJSON(.array(rows))))
            return
        }
        for row in rows {
            let statement = TenantFileStatements.insertTenant(names)
            _ = try await transaction.execute(statement, (header.tenantID, header.slug, PostgresJSON(row)))
        }
    }

    private mutating func begin(_ section: TenantFileSection, with names: [String]) async throws {
        if columns?.section != section { columns = try await transaction.columns(of: section) }
        // A key's own secret, sealed anew, is the one member that no file has.
        try columns?.check(section == .key ? names.filter { $0 != "sealed_secret" } : names)
        self.section = section
        self.names = names
    }
}
