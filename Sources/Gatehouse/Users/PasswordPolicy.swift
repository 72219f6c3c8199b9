import FoundationEssentials

/// What a new password must be: long enough for its tenant and not easily guessed.
struct PasswordPolicy: Sendable {
    let hasher: PasswordHasher

    /// Throws `Refusal.weakPassword` naming `field`. The user's own email and names count as dictionary words.
    func check(_ password: Password, field: String, for tenant: Tenant, userInputs: [String?]) async throws {
        let minimum = tenant.settings.passwordMinLength
        guard password.length >= minimum else {
            throw Refusal.weakPassword(
                FieldProblem(field: field, code: "too_short", message: "A password has at least \(minimum) characters.")
            )
        }
        let words = userInputs.compactMap(\.self)
        do {
            guard try await !hasher.isGuessable(password, userInputs: words, for: tenant.id) else {
                throw Refusal.weakPassword(
                    FieldProblem(
                        field: field, code: "too_guessable",
                        message: "This password is easily guessed; choose a longer or less common one."))
            }
        } catch let failure as HashingFailure {
            throw try failure.refusal()
        }
    }
}

extension PasswordHasher {
    /// The hash of a new password; a full queue is `Refusal.overloaded`.
    func hashOrRefuse(_ password: Password, for tenant: UUID) async throws -> PasswordHash {
        do {
            return try await hash(password, for: tenant)
        } catch {
            throw try error.refusal()
        }
    }
}

extension HashingFailure {
    /// What a full queue means to the caller; a cancelled task stays a `CancellationError`.
    func refusal() throws -> Refusal {
        switch self {
        case .overloaded: return .overloaded(retryAfter: 1)
        case .cancelled: throw CancellationError()
        }
    }
}
