import TestSupport

/// Two instances of the service on one database, which answer for the same issuer.
struct Fleet: Sendable {
    /// Where the operator works.
    let office: Installation
    /// The tenant's address on each instance.
    let doors: [String]

    static let password = "vivid-Otter47-lintel-quasar"
    /// How old what an instance knows of a tenant may be where it hears of no changes.
    static let longestUnheard = Duration.seconds(5)

    var issuer: String { "\(office.url)/t/shop" }

    /// Runs `body` while both serve the tenant `shop`.
    ///
    /// - Parameter environment: Settings of the second instance alone.
    static func serving<Result>(
        _ place: Installation, second environment: [String: String] = [:],
        _ body: (Fleet) async throws -> Result
    ) async throws -> Result {
        var office = place
        office.settings.merge(["GATEHOUSE_PUBLIC_URL": place.url, "GATEHOUSE_LIMITS": "off"]) { given, _ in given }
        _ = try await Program.admin("tenant", "create", "shop", in: office)
        let first = Self.instance(of: office, port: office.port)
        let second = Self.instance(of: office, port: FreePort.take(), environment)
        let fleet = Fleet(office: office, doors: [first, second].map { "\($0.url)/t/shop" })
        return try await first.serving { _ in
            try await second.serving { _ in try await body(fleet) }
        }
    }

    private static func instance(
        of office: Installation, port: Int, _ environment: [String: String] = [:]
    ) -> Installation {
        Installation(
            database: office.database, masterKey: office.masterKey, port: port,
            settings: office.settings.merging(environment) { $1 })
    }

    /// The tokens of a new session of a new user.
    func register(_ name: String, at door: Int = 0) async throws -> (access: String, refresh: String) {
        let session = try await HTTP.post(
            "\(doors[door])/v1/register", ["email": "\(name)@example.com", "password": Self.password])
        guard session.status == 201 else { throw NotInTime(description: "register answered \(session.status)") }
        return (session.text("access_token"), session.text("refresh_token"))
    }

    func logIn(_ name: String, at door: Int) async throws -> HTTP.Answer {
        try await HTTP.post("\(doors[door])/v1/login", ["email": "\(name)@example.com", "password": Self.password])
    }

    func refresh(_ token: String, at door: Int) async throws -> HTTP.Answer {
        try await HTTP.post("\(doors[door])/v1/refresh", ["refresh_token": token])
    }

    func me(_ token: String, at door: Int) async throws -> HTTP.Answer {
        try await HTTP.get("\(doors[door])/v1/me", bearer: token)
    }
}
