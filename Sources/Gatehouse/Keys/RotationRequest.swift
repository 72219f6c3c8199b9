/// Which keys a rotation is for.
public enum RotationUse: String, Sendable, CaseIterable {
    case access
    case refresh
    case all

    var uses: [KeyUse] {
        switch self {
        case .access: [.access]
        case .refresh: [.refresh]
        case .all: [.access, .refresh]
        }
    }
}

/// Who asked for a rotation.
enum RotationTrigger: String, Sendable {
    case `operator`
    case schedule
}

/// How a rotation was asked for.
struct RotationRequest: Sendable {
    var trigger = RotationTrigger.operator
    var emergency = false
    var force = false
    /// How long verifiers may keep the JWKS they have fetched.
    let jwksMaxAge: Duration
}
