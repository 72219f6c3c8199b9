import FoundationEssentials

/// What is known of the keys of one use when a rotation is decided.
struct RotationSituation: Sendable {
    let slug: String
    let keys: [StoredKey]
    /// Keys that can't be opened any more, by kid.
    var damaged: Set<String> = []
    /// Who rotated these keys before, and when.
    var last: (actor: String, at: Date)?
    let now: Date
}

/// What a rotation is going to do with the keys of one use; decided before anything is written.
struct RotationPlan: Sendable, Equatable {
    /// Nil where there is none to promote, and one has to be made first.
    let promoted: StoredKey?
    /// Whether the next key is damaged, and goes without ever having signed.
    let discardsNext: Bool
    let retired: StoredKey?
    let revoked: [StoredKey]

    /// Throws `guardRefused` while verifiers may not have seen the key that would sign, unless it is forced or an
    /// emergency. Refresh keys have no verifiers but Gatehouse itself.
    ///
    /// Throws it also where the current key is damaged, unless in an emergency: retired, it would have whatever it has signed
    /// answered 503 until that has expired.
    init(_ situation: RotationSituation, use: KeyUse, _ request: RotationRequest) throws(Refusal) {
        let keys = situation.keys
        let current = keys.first { $0.state == .current }
        let next = keys.first { $0.state == .next }
        discardsNext = next.map { situation.damaged.contains($0.kid) } ?? false
        promoted = discardsNext ? nil : next
        if let current, !request.emergency, situation.damaged.contains(current.kid) {
            throw .damagedCurrentKey(current, of: situation.slug)
        }
        if use == .access, !request.force, !request.emergency {
            guard let promoted else { throw discardsNext ? .damagedNextKey : .noNextKey }
            try Self.checkPublished(promoted, situation, request.jwksMaxAge)
        }
        retired = request.emergency ? nil : current
        // In an emergency every outstanding token dies, those of keys retired earlier included.
        revoked = request.emergency ? keys.filter { $0.state == .current || $0.state == .retired } : []
    }

    private static func checkPublished(
        _ next: StoredKey, _ situation: RotationSituation, _ jwksMaxAge: Duration
    ) throws(Refusal) {
        let publishedAt = next.createdAt + jwksMaxAge
        let wait = publishedAt.timeIntervalSince(situation.now)
        guard wait > 0 else { return }
        var sentences = [
            "The next key can sign from \(RFC3339.formatToTheSecond(publishedAt)) on; until then apps may keep a key set without it.",
            "Try again in \(Int(wait.rounded(.up))) s, or use --force.",
        ]
        if let last = situation.last, last.at + jwksMaxAge > situation.now {
            sentences.insert("\(last.actor) rotated these keys at \(RFC3339.formatToTheSecond(last.at)).", at: 0)
        }
        throw .guardRefused(sentences.joined(separator: " "))
    }
}

extension Refusal {
    fileprivate static func damagedCurrentKey(_ key: StoredKey, of slug: String) -> Refusal {
        .guardRefused(
            """
            The current \(key.use.rawValue) key's stored form is damaged and can't be opened; retired, it would keep what it \
            has signed from being judged until that has expired. Restore it from a backup, or revoke it, which puts the \
            next one to use: gatehouse admin keys revoke \(slug) \(key.kid) --force
            """)
    }

    fileprivate static let noNextKey = guardRefused(
        "There is no next key to put to use; --force makes one, which verifiers don't know yet.")
    fileprivate static let damagedNextKey = guardRefused(
        """
        The next key's stored form is damaged and can't be opened. Replace it with keys revoke, \
        or let --force make another at once, which verifiers don't know yet.
        """)
}
