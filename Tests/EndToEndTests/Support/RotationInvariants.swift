import Foundation
import Testing

/// What holds of a tenant's keys before, between and after rotations, however they ended.
struct RotationInvariants {
    let place: Installation
    /// An access token and a session's refresh token from before.
    let token: String
    private(set) var refreshToken: String

    /// The tenant `shop` is served, and has a user.
    init(_ place: Installation) async throws {
        self.place = place
        let credentials = ["email": "ada@example.com", "password": goodPassword]
        let session = try await HTTP.post("\(place.url)/t/shop/v1/register", credentials)
        #expect(session.status == 201)
        token = session.text("access_token")
        refreshToken = session.text("refresh_token")
    }

    /// How many rotations there have been.
    func rotations() async throws -> Int {
        try await place.count("select count(*) from audit_events where type = 'keys.rotated'")
    }

    mutating func check(_ moment: String) async throws {
        let keys = try await place.texts(
            "select use || ' ' || state from signing_keys where state in ('current', 'next') order by 1")
        #expect(keys == ["access current", "access next", "refresh current", "refresh next"], "\(moment)")
        // A rotation for both uses adds one key and one event for each of them, or nothing.
        let counts = try await place.texts(
            """
            select (count(*) - 2)::text from signing_keys group by use
            union all select count(*)::text from audit_events where type = 'keys.rotated' group by detail->>'use'
            """)
        #expect(Set(counts).count <= 1, "half a rotation: \(counts), \(moment)")
        try await checkPublished(moment)
        try await checkSessions(moment)
    }

    /// A key that can't be opened isn't published.
    private func checkPublished(_ moment: String) async throws {
        let usable = try await place.texts(
            "select kid from signing_keys where use = 'access' and state <> 'revoked' order by kid")
        #expect(!usable.isEmpty, "\(moment)")
        try await eventually("the usable keys in the JWKS \(moment)", within: .seconds(5)) {
            let jwks = try await HTTP.get("\(place.url)/t/shop/.well-known/jwks.json")
            let published = (jwks.json["keys"] as? [[String: Any]] ?? []).compactMap { $0["kid"] as? String }
            return published.sorted() == usable ? true : nil
        }
    }

    private mutating func checkSessions(_ moment: String) async throws {
        #expect(try await HTTP.get("\(place.url)/t/shop/v1/me", bearer: token).status == 200, "\(moment)")
        let session = try await HTTP.post("\(place.url)/t/shop/v1/refresh", ["refresh_token": refreshToken])
        #expect(session.status == 200, "\(moment): \(session.text("code"))")
        if session.status == 200 { refreshToken = session.text("refresh_token") }
        let verdict = try await Program.admin("jws", "verify", "shop", in: place, input: token)
        #expect(verdict.object["valid"] as? Bool == true, "\(moment): \(verdict.output)")
    }
}
