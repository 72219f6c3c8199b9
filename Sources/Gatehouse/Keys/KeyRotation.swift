import FoundationEssentials

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

/// What a rotation came to for one use.
public struct KeyRotation: Sendable {
    public let use: KeyUse
    public let current: StoredKey
    /// What was current before: retired, or revoked in an emergency.
    public let retired: StoredKey?
    public let next: StoredKey
}

/// How a rotation was asked for.
struct RotationRequest: Sendable {
    let emergency: Bool
    let force: Bool
    /// How long verifiers may keep the JWKS they have fetched.
    let jwksMaxAge: Duration
    let now: Date
}

/// What a rotation is going to do with the keys of one use; decided before anything is written.
struct RotationPlan: Sendable, Equatable {
    /// Nil where there is none to promote, and one has to be made first.
    let promoted: StoredKey?
    let retired: StoredKey?
    let revoked: [StoredKey]

    /// Throws `guardRefused` while verifiers may not have seen the next key yet, unless it is forced or an emergency.
    init(_ keys: [StoredKey], use: KeyUse, _ request: RotationRequest) throws(Refusal) {
        let current = keys.first { $0.state == .current }
        promoted = keys.first { $0.state == .next }
        if use == .access, !request.force, !request.emergency {
            try Self.checkPublished(promoted, request)
        }
        retired = request.emergency ? nil : current
        // In an emergency every outstanding token dies, those of keys retired earlier included.
        revoked = request.emergency ? keys.filter { $0.state == .current || $0.state == .retired } : []
    }

    private static func checkPublished(_ next: StoredKey?, _ request: RotationRequest) throws(Refusal) {
        guard let next else {
            throw .guardRefused(
                "There is no next key to put to use; --force makes one, which verifiers don't know yet.")
        }
        let wait = request.jwksMaxAge.seconds - request.now.timeIntervalSince(next.createdAt)
        guard wait <= 0 else {
            throw .guardRefused(
                """
                The next key has not been published for as long as apps may cache the JWKS; \
                try again in \(Int(wait.rounded(.up))) s, or use --force.
                """)
        }
    }
}
