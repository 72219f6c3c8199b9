public import struct FoundationEssentials.UUID

/// Why a password was not hashed or compared.
public enum HashingFailure: Error, Sendable, Equatable {
    /// The queue is full, or the service is stopping: try again later.
    case overloaded
    /// The calling task was cancelled before its turn came.
    case cancelled
}

/// What comparing a password with a stored hash came to.
public enum PasswordVerdict: Sendable, Equatable {
    /// It is the password; `upgrade` asks for a new hash, because the stored one is weaker than what is configured.
    case matches(upgrade: Bool)
    case differs
    /// The stored text is no hash that can be verified, or costs more than the ceiling allows. It was not evaluated.
    case unsupported
}

/// Hashes and verifies passwords on threads of its own, fairly by tenant.
public final class PasswordHasher: Sendable {
    public init(
        parameters: Argon2Parameters = .standard, threads: Int? = nil, queueLimit: Int? = nil,
        ceiling: HashCeiling = .standard
    ) {
    }

    public func hash(_ password: Password, for tenant: UUID) async throws(HashingFailure) -> PasswordHash {
        throw .overloaded
    }

    public func verify(
        _ password: Password, against hash: PasswordHash, for tenant: UUID
    ) async throws(HashingFailure) -> PasswordVerdict {
        throw .overloaded
    }

    public func verifyNothing(_ password: Password, for tenant: UUID) async throws(HashingFailure) {
        throw .overloaded
    }

    public func isGuessable(
        _ password: Password, userInputs: [String], for tenant: UUID
    ) async throws(HashingFailure) -> Bool {
        throw .overloaded
    }

    /// How many jobs wait for a thread now.
    public var queueDepth: Int { 0 }

    public func shutdown() {}
}
