import FoundationEssentials
import Logging

/// Whether a password is a user's: the same work whether or not there is such a user.
struct PasswordCheck: Sendable {
    /// A right password.
    struct Match: Sendable {
        /// Its hash is weaker than what is configured and should be made anew.
        let wantsUpgrade: Bool
    }

    let hasher: PasswordHasher
    let logger: Logger

    /// Nil when the password isn't theirs. Where there is no hash, one is verified all the same, so that the time tells
    /// nothing. Throws `Refusal.overloaded` when it was not looked at.
    func check(_ password: Password, of stored: StoredUser?, in tenant: UUID) async throws -> Match? {
        do throws(HashingFailure) {
            guard let hash = stored?.passwordHash else {
                try await hasher.verifyNothing(password, for: tenant)
                return nil
            }
            switch try await hasher.verify(password, against: hash, for: tenant) {
            case .matches(let upgrade): return Match(wantsUpgrade: upgrade)
            case .differs: return nil
            case .unsupported:
                logger.error(
                    "A stored password hash can't be verified: its scheme is unknown or its cost above the ceiling.",
                    metadata: ["user_id": "\(stored?.user.id.lowercaseString ?? "")"])
                return nil
            }
        } catch {
            throw try error.refusal()
        }
    }
}
