public import FoundationEssentials

/// A program of the tenant's, such as the backend of its app, that may ask what a token is worth and revoke it.
public struct APIClient: Sendable, Equatable {
    public let id: UUID
    public let name: String
    public let createdAt: Date

    @Sendable static func row(id: UUID, name: String, createdAt: Date) -> APIClient {
        APIClient(id: id, name: name, createdAt: createdAt)
    }
}

/// An API client that has just been made, with its secret: the only time that anybody sees it.
public struct NewAPIClient: Sendable {
    public let client: APIClient
    public let secret: ClientSecret
}
