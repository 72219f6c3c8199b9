import CoreMetrics
public import Tracing

public import struct FoundationEssentials.UUID

#if canImport(Darwin)
    import Darwin
#elseif canImport(Musl)
    import Musl
#else
    import Glibc
#endif

/// Why a password was not hashed or compared.
public enum HashingFailure: Error, Sendable, Equatable {
    /// The queue is full, memory ran out or the service is stopping: try again later.
    case overloaded
    /// The calling task was cancelled before its turn came.
    case cancelled
}

/// What comparing a password with a stored hash came to.
public enum PasswordVerdict: Sendable, Equatable {
    /// It is the password; `upgrade` asks for a new hash, because the stored one is weaker than what is configured and
    /// compared the whole password.
    case matches(upgrade: Bool)
    case differs
    /// The stored text is no hash that can be verified, or costs more than the ceiling. A dummy was evaluated instead.
    case unsupported
}

/// Hashes and verifies passwords on threads of its own, as many as cores, fairly by tenant.
///
/// What finds the queue full is answered `overloaded` at once. A job also leaves the queue when its task is cancelled, or
/// for a tenant with fewer jobs waiting; once begun, it is finished.
public final class PasswordHasher: Sendable {
    private let parameters: Argon2Parameters
    private let ceiling: HashCeiling
    let threads: HashThreads
    /// Evaluated where there is no hash that can be.
    let dummy: Argon2Hash
    private let metrics: PasswordMetrics

    /// Starts the threads.
    ///
    /// - Parameters:
    ///   - parameters: The cost of new hashes; stored ones that are weaker are reported for an upgrade.
    ///   - threads: The number of cores when nil.
    ///   - queueLimit: The most jobs that may wait; 64 a thread when nil, about a second's work.
    ///   - ceiling: The highest cost of a stored hash, raised to `parameters` where it is lower.
    ///   - metrics: Told how long each hash or comparison took and waited, and what was refused.
    ///   - tracer: Makes a span of each job that is asked for within another span.
    public init(
        parameters: Argon2Parameters = .standard, threads: Int? = nil, queueLimit: Int? = nil,
        ceiling: HashCeiling = .standard, metrics: PasswordMetrics = PasswordMetrics(),
        tracer: (any Tracer)? = nil
    ) {
        let count = threads ?? Int(sysconf(Int32(_SC_NPROCESSORS_ONLN)))
        self.parameters = parameters
        self.ceiling = ceiling.allowing(parameters)
        self.queueLimit = queueLimit ?? 64 * max(1, count)
        self.threads = HashThreads(
            count: count, queueLimit: self.queueLimit, metrics: metrics, tracer: tracer)
        self.metrics = metrics
        dummy = .placeholder(parameters: parameters)
    }

    deinit {
        threads.stop()
    }

    /// Makes a new Argon2id hash with a random salt.
    public func hash(_ password: Password, for tenant: UUID) async throws(HashingFailure) -> PasswordHash {
        try await threads.run(for: tenant, as: "hash password") { [parameters, metrics] () throws(HashingFailure) in
            let hash = try timed(metrics.hashing) { () throws(HashingFailure) in
                try password.withBytes { (bytes) throws(HashingFailure) in
                    try Argon2Hash.make(of: &bytes, parameters: parameters)
                }
            }
            return PasswordHash(stored: hash.encoded)
        }
    }

    /// Compares a password with a stored hash of any known scheme, in constant time.
    public func verify(
        _ password: Password, against hash: PasswordHash, for tenant: UUID
    ) async throws(HashingFailure) -> PasswordVerdict {
        try await threads.run(for: tenant, as: "verify password") {
            [parameters, ceiling, dummy, metrics] () throws(HashingFailure) in
            let parsed = hash.parsed
            let stored = parsed.flatMap { $0.isWithin(ceiling) ? $0 : nil }
            var length = 0
            let isMatch = try timed(metrics.hashing) { () throws(HashingFailure) in
                try password.withBytes { (bytes) throws(HashingFailure) in
                    length = bytes.count
                    return try (stored ?? dummy).matches(&bytes)
                }
            }
            guard let stored else {
                (parsed == nil ? metrics.unknownScheme : metrics.overCeiling).increment()
                return .unsupported
            }
            guard isMatch else { return .differs }
            return .matches(upgrade: stored.isWeaker(than: parameters) && stored.readsAll(of: length))
        }
    }

    /// Takes as long as a comparison with a hash of the configured cost: for where there is no user.
    public func verifyNothing(_ password: Password, for tenant: UUID) async throws(HashingFailure) {
        _ = try await verify(password, against: PasswordHash(stored: dummy.encoded), for: tenant)
    }

    /// Whether zxcvbn finds the password in fewer than 10⁸ guesses, with `userInputs` (email, user name, name) tried first.
    ///
    /// Only the first 64 bytes are looked at, in lower case.
    public func isGuessable(
        _ password: Password, userInputs: [String], for tenant: UUID
    ) async throws(HashingFailure) -> Bool {
        try await threads.run(for: tenant, as: "rate password") {
            Guessability.isGuessable(password, userInputs: userInputs)
        }
    }

    /// How many jobs wait for a thread now.
    public var queueDepth: Int { threads.depth }

    /// The most jobs that may wait.
    public let queueLimit: Int

    /// Admits nothing more: what waits is still done, then the threads end.
    public func shutdown() {
        threads.stop()
    }
}

private func timed<Value>(
    _ timer: Timer, _ body: () throws(HashingFailure) -> Value
) throws(HashingFailure) -> Value {
    let start = ContinuousClock.now
    defer { timer.record(ContinuousClock.now - start) }
    return try body()
}
