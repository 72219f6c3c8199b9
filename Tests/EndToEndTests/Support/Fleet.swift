import TestSupport

/// Two instances of the service on one database, which answer for the same issuer.
struct Fleet: Sendable {
    /// Where the operator works.
    let office: Installation
    /// The places of the two, whose settings may differ.
    let instances: [Installation]

    /// The tenant's address on each instance.
    var doors: [String] { instances.map { "\($0.url)/t/shop" } }

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
        let fleet = Fleet(office: office, instances: [first, second])
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

    /// Whether each instance is told of changes. One that is reads nothing anew because of its age.
    func areTold() async throws -> [Bool] {
        var told: [Bool] = []
        for instance in instances { told.append(try await Scrape.of(instance)["gatehouse_listener_connected"] == 1) }
        return told
    }

    /// The tokens of a new session of a new user.
    func register(_ name: String, at door: Int = 0) async throws -> (access: String, refresh: String) {
        let session = try await HTTP.post(
            "\(doors[door])/v1/register", ["email": "\(name)@example.com", "password": goodPassword])
        guard session.status == 201 else { throw NotInTime(description: "register answered \(session.status)") }
        return (session.text("access_token"), session.text("refresh_token"))
    }

    func logIn(_ name: String, at door: Int) async throws -> HTTP.Answer {
        try await HTTP.post("\(doors[door])/v1/login", ["email": "\(name)@example.com", "password": goodPassword])
    }

    func refresh(_ token: String, at door: Int) async throws -> HTTP.Answer {
        try await HTTP.post("\(doors[door])/v1/refresh", ["refresh_token": token])
    }

    func me(_ token: String, at door: Int) async throws -> HTTP.Answer {
        try await HTTP.get("\(doors[door])/v1/me", bearer: token)
    }
}
