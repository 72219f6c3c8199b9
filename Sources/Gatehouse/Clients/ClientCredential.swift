import FoundationEssentials

/// What a caller says it is: an API client, by id and secret.
public struct ClientCredential: Sendable, Redacted {
    let id: UUID
    let secret: ClientSecret

    /// Nil for what can be no API client's id and secret: the database need not be asked.
    public init?(id: String, secret: String) {
        guard let id = UUID(lowercaseString: id), let secret = ClientSecret(secret) else { return nil }
        self.id = id
        self.secret = secret
    }

    /// Whether the secret is that of the stored hash. The same work where there is no such client.
    func matches(_ stored: [UInt8]?) -> Bool {
        let isRight = secret.matches(stored ?? Self.nobodys)
        return isRight && stored != nil
    }

    private static let nobodys = [UInt8](repeating: 0, count: 32)
}
