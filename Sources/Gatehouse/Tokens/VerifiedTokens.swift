import Crypto
import FoundationEssentials
import Synchronization

/// Access tokens whose signatures have been verified, so that a client that presents the same one again and again costs one
/// verification.
///
/// What is remembered is what the token says, never that it is valid now: its times, its issuer and its key's state are
/// judged anew at each use. An entry holds for the very key ring that vouched for it, and a tenant whose keys change gets another,
/// so a revoked key takes everything it signed with it. Tokens are kept as SHA-256 digests: neither a look into memory nor the time
/// a comparison takes gives one away.
final class VerifiedTokens: Sendable {
    private struct Entry {
        let ring: KeyRing.Identity
        /// When the key's time is over; nil where that is not foreseen.
        let verifyUntil: Date?
        let claims: AccessClaims
    }

    private struct State {
        /// Those used since the last turn, and those of the turn before: what is in neither was not used for a whole turn.
        var recent: [SHA256Digest: Entry] = [:]
        var older: [SHA256Digest: Entry] = [:]
    }

    /// The longest token that is remembered, in bytes, so that few with many claims can't fill the memory.
    private static let longestToken = 2048

    private let turn: Int
    private let state = Mutex(State())

    /// - Parameter capacity: The most tokens that are remembered.
    init(capacity: Int = 4096) {
        turn = max(1, capacity / 2)
    }

    /// What the token says, if this ring has vouched for it before and its key still verifies.
    func claims(of token: Digest, by ring: KeyRing, at now: Date) -> AccessClaims? {
        let entry = state.withLock { state -> Entry? in
            if let entry = state.recent[token.sha256] { return entry }
            guard let entry = state.older.removeValue(forKey: token.sha256) else { return nil }
            keep(entry, token.sha256, &state)
            return entry
        }
        guard let entry, entry.ring === ring.identity else { return nil }
        if let until = entry.verifyUntil, until <= now { return nil }
        return entry.claims
    }

    /// Remembers a token that this ring has just vouched for.
    func remember(_ token: Digest, says claims: AccessClaims, signedWith kid: String, in ring: KeyRing) {
        guard token.length <= Self.longestToken, let key = ring.entry(kid) else { return }
        var verifyUntil: Date?
        if case .retired(let until) = key.state { verifyUntil = until }
        let entry = Entry(ring: ring.identity, verifyUntil: verifyUntil, claims: claims)
        state.withLock { keep(entry, token.sha256, &$0) }
    }

    private func keep(_ entry: Entry, _ digest: SHA256Digest, _ state: inout State) {
        if state.recent.count >= turn {
            state.older = state.recent
            state.recent.removeAll()
        }
        state.recent[digest] = entry
    }

    /// How many are remembered.
    var count: Int { state.withLock { $0.recent.count + $0.older.count } }

    /// A token as it is looked for here.
    struct Digest {
        fileprivate let sha256: SHA256Digest
        fileprivate let length: Int

        init(of token: String) {
            var token = token
            (sha256, length) = token.withUTF8 { (SHA256.digest(of: UnsafeRawBufferPointer($0)), $0.count) }
        }
    }
}
