import FoundationEssentials
import Postgres

/// A tenant as one transaction sees it, row by row as a file has them.
struct TenantSnapshot {
    /// So many rows are in memory at once.
    private static let page = 1000

    let id: UUID
    let transaction: Transaction
    /// Opens the tenant's keys.
    let here: KeySealer
    /// Seals them for the file.
    let file: KeySealer

    func forEachRow(of section: TenantFileSection, _ body: (String) throws -> Void) async throws {
        let columns = try await transaction.columns(of: section)
        switch section {
        case .settings:
            for row in try await transaction.query(TenantFileStatements.settings, (id, columns.left)) {
                try body(row.text)
            }
        case .template:
            for row in try await transaction.query(TenantFileStatements.templates, (id, columns.left)) {
                try body(row.text)
            }
        case .key:
            for key in try await keys(columns) { try body(key.text) }
        case .client, .user, .session, .event:
            let statement = TenantFileStatements.page(of: section)
            // No row has this id: our own are of version 7, and an import takes any but this one.
            var last: UUID? = UUID(uuid: (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0))
            while let after = last {
                let rows = try await transaction.query(statement, (id, after, columns.left, Self.page))
                for row in rows { try body(row.row.text) }
                last = rows.count < Self.page ? nil : rows.last?.id
            }
        }
    }

    /// A revoked key leaves its secret behind, which nothing needs any more; its row goes along, so that it stays revoked.
    private func keys(_ columns: TenantFileColumns) async throws -> [JSONObject] {
        let keys = try await transaction.query(KeyStatements.all, id)
        let opened = try keys.opened(by: here, tenantID: id)
        let rows = try await transaction.query(TenantFileStatements.keys, (id, columns.left))
        return try zip(zip(keys, opened), rows).map { pair, row in
            let (sealed, key) = pair
            guard var object = (try? JSON.parse(row.text))?.objectValue, object["kid"]?.stringValue == key.key.kid
            else {
                throw Refusal.keysUnavailable
            }
            object["secret"] = .null
            if key.key.state != .revoked {
                guard let material = key.material else { throw Refusal.keysUnavailable }
                let secret = try file.seal(material.secret, for: sealed.identity(in: id))
                object["secret"] = .string(Base64URL.encode(secret))
            }
            return object
        }
    }
}

extension Transaction {
    func columns(of section: TenantFileSection) async throws -> TenantFileColumns {
        TenantFileColumns(section, columns: try await query(TenantFileStatements.columns, section.table))
    }
}
