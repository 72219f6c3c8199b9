import Foundation

/// The refresh tokens that one session's client has been given.
struct Ledger: Sendable {
    let session: String
    /// The one to present next.
    private(set) var current: String
    /// That of `current`: the highest acknowledged.
    private(set) var generation: Int
    /// By generation; more than one is a fork.
    private var issued: [Int: Set<String>]

    struct NotARefreshToken: Error {}

    init(_ token: String) throws {
        guard let claims = Self.claims(of: token) else { throw NotARefreshToken() }
        session = claims.session
        generation = claims.generation
        current = token
        issued = [claims.generation: [token]]
    }

    /// How many generations were issued with different tokens.
    var forks: Int { issued.values.count { $0.count > 1 } }

    /// Enters what was answered to `token`. False when it isn't this session's next generation after it.
    mutating func enter(_ successor: String, after token: String) -> Bool {
        guard let claims = Self.claims(of: successor), let presented = Self.claims(of: token),
            claims.session == session, claims.generation == presented.generation + 1
        else { return false }
        issued[claims.generation, default: []].insert(successor)
        if claims.generation > generation {
            generation = claims.generation
            current = successor
        }
        return true
    }

    private static func claims(of token: String) -> (session: String, generation: Int)? {
        let parts = token.split(separator: ".")
        guard parts.count == 3,
            let claims = try? JSONSerialization.jsonObject(with: bytes(ofBase64URL: parts[1])) as? [String: Any],
            let session = claims["sid"] as? String, let generation = claims["gen"] as? Int
        else { return nil }
        return (session, generation)
    }
}
