/// What a tenant's file held.
public struct MovedTenant: Sendable, Equatable {
    public let tenant: Tenant
    /// The `iss` of the tenant's access tokens, here and there.
    public let issuer: String
    /// The issuer was the default one of the other side; here it had to be set, so that tokens stay valid.
    public let issuerWasSet: Bool
    public let counts: TenantFileCounts
}

public struct TenantFileCounts: Sendable, Equatable {
    private var counts: [TenantFileSection: Int] = [:]

    public var keys: Int { self[.key] }
    public var clients: Int { self[.client] }
    public var users: Int { self[.user] }
    public var sessions: Int { self[.session] }
    public var events: Int { self[.event] }

    var total: Int { counts.values.reduce(0, +) }

    subscript(section: TenantFileSection) -> Int {
        get { counts[section] ?? 0 }
        set { counts[section] = newValue }
    }

    var json: JSON {
        .object(JSONObject(TenantFileSection.allCases.map { ($0.rawValue, .integer(self[$0])) }))
    }
}
