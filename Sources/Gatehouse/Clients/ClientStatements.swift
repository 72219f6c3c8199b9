import FoundationEssentials
import Postgres

enum ClientStatements {
    struct New: Sendable {
        let tenant: UUID
        let id: UUID
        let name: String
        let secretHash: [UInt8]
    }

    private static let columns = "id, name, created_at"

    /// No row when the tenant has as many clients as it may. Whoever runs this holds the tenant's lock.
    static let insert = Statement<New, APIClient>(
        """
        insert into api_clients (tenant_id, id, name, secret_hash)
        select $1, $2, $3, $4
        where (select count(*) from api_clients where tenant_id = $1) < \(Administration.maximumClients)
        returning \(columns)
        """,
        bind: { ($0.tenant, $0.id, $0.name, $0.secretHash) }, row: APIClient.row)

    static let all = Statement<UUID, APIClient>(
        "select \(columns) from api_clients where tenant_id = $1 order by id", bind: { $0 }, row: APIClient.row)

    static let delete = Statement<(tenant: UUID, id: UUID), APIClient>(
        "delete from api_clients where tenant_id = $1 and id = $2 returning \(columns)",
        bind: { ($0.tenant, $0.id) }, row: APIClient.row)
}
