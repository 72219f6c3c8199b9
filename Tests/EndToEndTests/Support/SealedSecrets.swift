import Foundation
import Gatehouse
import Postgres
import TestSupport

/// The secrets of all signing keys in the database, opened with the master key as the service opens them.
enum SealedSecrets {
    private struct Row: Sendable {
        let identity: KeyIdentity
        let sealed: [UInt8]
    }

    struct UnknownUse: Error {}

    private static let all = Statement<Void, Row>(
        "select tenant_id, kid, use, sealed_secret from signing_keys", bind: { () },
        row: { (tenant: UUID, kid: String, use: String, sealed: [UInt8]) in
            guard let use = KeyUse(rawValue: use) else { throw UnknownUse() }
            return Row(identity: KeyIdentity(tenantID: tenant, kid: kid, use: use), sealed: sealed)
        })

    static func opened(in place: Installation) async throws -> [Secret] {
        let superuser = try await Connection.open(place.database.superuserURL)
        let rows: [Row]
        do {
            rows = try await superuser.query(all, ())
        } catch {
            await superuser.close()
            throw error
        }
        await superuser.close()
        let sealer = KeySealer(try MasterKeys(base64: Array(place.masterKey.utf8)))
        return try rows.map { row in
            let secret = try sealer.open(row.sealed, for: row.identity).withUnsafeBytes { Array($0) }
            return Secret("secret of \(row.identity.use) key \(row.identity.kid)", secret)
        }
    }
}
