import FoundationEssentials
import Postgres

extension Administration {
    /// How many API clients a tenant has at the most.
    public static let maximumClients = 100

    /// Makes an API client; its secret can't be had again. Throws `validationFailed` for the name, and `guardRefused` when the
    /// tenant has as many as it may.
    public func createClient(tenant slug: String, name text: String) async throws -> NewAPIClient {
        let name: DisplayName
        do throws(FieldFault) {
            name = try DisplayName(text)
        } catch {
            throw Refusal.validationFailed([FieldProblem(field: "name", fault: error)])
        }
        let secret = ClientSecret.generate()
        return try await changing(slug) { transaction, tenant in
            let new = ClientStatements.New(
                tenant: tenant.id, id: identifiers.next(), name: name.text, secretHash: secret.hash)
            guard let client = try await transaction.first(ClientStatements.insert, new) else {
                throw Refusal.guardRefused(
                    "The tenant has \(Self.maximumClients) API clients, which is as many as it may; delete one first.")
            }
            try await record(.clientCreated, in: transaction, tenant: tenant.id, detail: client.detail)
            return NewAPIClient(client: client, secret: secret)
        }
    }

    /// The tenant's API clients in the order they were made.
    public func listClients(tenant slug: String) async throws -> [APIClient] {
        let tenant = try await showTenant(slug).id
        return try await database.query(ClientStatements.all, tenant, in: tenant)
    }

    /// The API client is refused from now on, by every instance. Throws `clientNotFound`.
    public func deleteClient(tenant slug: String, id: String) async throws -> APIClient {
        try await changing(slug) { transaction, tenant in
            guard let id = UUID(uuidString: id),
                let client = try await transaction.first(ClientStatements.delete, (tenant.id, id))
            else { throw Refusal.clientNotFound }
            try await record(.clientDeleted, in: transaction, tenant: tenant.id, detail: client.detail)
            return client
        }
    }
}

extension APIClient {
    fileprivate var detail: JSONObject { ["client_id": .string(id.lowercaseString)] }
}
