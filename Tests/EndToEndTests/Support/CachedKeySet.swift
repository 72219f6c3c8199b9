import Crypto
import Foundation

/// A tenant's key set as the library of an app keeps it: fetched when its `max-age` is over, and at once for a key it
/// doesn't know unless it was fetched a moment ago.
///
/// Five minutes of `max-age` are a second here, so the thirty seconds that libraries let pass between two fetches for
/// unknown keys are a tenth of one.
struct CachedKeySet {
    private let address: String
    private var keys: [String: P256.Signing.PublicKey] = [:]
    private var fetchedAt: ContinuousClock.Instant?
    private var maxAge = Duration.zero
    private(set) var fetches = 0
    /// How often a key was missing though the set was not old.
    private(set) var surprises = 0

    private static let coolDown = Duration.milliseconds(100)

    init(_ address: String) {
        self.address = address
    }

    /// Nil when the service doesn't publish the key.
    mutating func key(_ kid: String) async throws -> P256.Signing.PublicKey? {
        if age > maxAge { try await fetch() }
        if let key = keys[kid] { return key }
        surprises += 1
        guard age > Self.coolDown else { return nil }
        try await fetch()
        return keys[kid]
    }

    private var age: Duration {
        fetchedAt.map { $0.duration(to: .now) } ?? .seconds(Int64.max)
    }

    private mutating func fetch() async throws {
        // The answer may be as old as the question.
        let asked = ContinuousClock.now
        let answer = try await HTTP.get(address)
        guard answer.status == 200 else { throw NotInTime(description: "the JWKS answered \(answer.status)") }
        fetchedAt = asked
        fetches += 1
        maxAge = .seconds(Int(answer.cacheControl.split(separator: "max-age=").last ?? "") ?? 0)
        let pairs = try (answer.json["keys"] as? [[String: String]] ?? []).map { jwk in
            let point = bytes(ofBase64URL: jwk["x"] ?? "") + bytes(ofBase64URL: jwk["y"] ?? "")
            return (jwk["kid"] ?? "", try P256.Signing.PublicKey(rawRepresentation: point))
        }
        keys = Dictionary(pairs) { $1 }
    }
}
