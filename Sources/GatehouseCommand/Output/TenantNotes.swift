import Gatehouse

extension TenantSettings {
    /// For whoever has set lifetimes of sessions by which nobody is ever in need of a refresh token.
    var noteOfShortSessions: String? {
        let lifetimes = [("refresh-ttl", refreshTTL), ("session-max-age", sessionMaxAge)]
        let short = lifetimes.filter { $0.1 <= accessTTL }.map { "\($0.0) is \(DurationText.format($0.1))" }
        guard !short.isEmpty else { return nil }
        return """
            Sessions don't outlive their first access token: \(short.joined(separator: ", ")), \
            and access-ttl is \(DurationText.format(accessTTL)).
            """
    }
}
