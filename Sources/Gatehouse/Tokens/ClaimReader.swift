import FoundationEssentials

/// Takes typed claims out of a verified payload; every fault is `invalidClaims`.
struct ClaimReader {
    /// The last second of the year 9999, the latest time RFC 3339 can write.
    static let latestTime = 253_402_300_799

    private(set) var remaining: JSONObject

    init(payload: [UInt8]) throws(TokenFault) {
        guard case .object(let claims)? = try? JSON.parse(payload) else { throw .invalidClaims }
        remaining = claims
    }

    mutating func text(_ name: String) throws(TokenFault) -> String {
        guard let text = take(name)?.stringValue else { throw .invalidClaims }
        return text
    }

    /// A text that may be absent, but not null.
    mutating func optionalText(_ name: String) throws(TokenFault) -> String? {
        remaining[name] == nil ? nil : try text(name)
    }

    mutating func bool(_ name: String) throws(TokenFault) -> Bool {
        guard let value = take(name)?.boolValue else { throw .invalidClaims }
        return value
    }

    mutating func id(_ name: String) throws(TokenFault) -> UUID {
        guard let id = UUID(lowercaseString: try text(name)) else { throw .invalidClaims }
        return id
    }

    mutating func nonNegative(_ name: String) throws(TokenFault) -> Int {
        guard let value = take(name)?.integerValue, value >= 0 else { throw .invalidClaims }
        return value
    }

    /// Seconds since 1970.
    mutating func time(_ name: String) throws(TokenFault) -> Int {
        let time = try nonNegative(name)
        guard time <= Self.latestTime else { throw .invalidClaims }
        return time
    }

    mutating func optionalTime(_ name: String) throws(TokenFault) -> Int? {
        remaining[name] == nil ? nil : try time(name)
    }

    /// Refuses claims that nobody has asked for.
    func finish() throws(TokenFault) {
        guard remaining.isEmpty else { throw .invalidClaims }
    }

    private mutating func take(_ name: String) -> JSON? {
        remaining.remove(name)
    }
}
