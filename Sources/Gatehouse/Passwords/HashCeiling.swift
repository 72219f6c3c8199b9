/// The highest cost of a stored hash that is still evaluated; an imported hash above it verifies nothing.
///
/// The defaults keep one evaluation near a second and 256 MiB.
public struct HashCeiling: Sendable, Equatable {
    /// Argon2 memory, and scrypt's `128·N·r`, in KiB.
    public var memory: Int
    /// Argon2 passes.
    public var passes: Int
    /// bcrypt's logarithmic cost.
    public var bcryptCost: Int
    /// PBKDF2 iterations, times the number of digest blocks that the tag takes.
    public var pbkdf2Iterations: Int
    /// scrypt's `N·r·p`.
    public var scryptWork: Int

    public static let standard = HashCeiling()

    public init(
        memory: Int = 262_144, passes: Int = 8, bcryptCost: Int = 14, pbkdf2Iterations: Int = 2_000_000,
        scryptWork: Int = 2_097_152
    ) {
        self.memory = memory
        self.passes = passes
        self.bcryptCost = bcryptCost
        self.pbkdf2Iterations = pbkdf2Iterations
        self.scryptWork = scryptWork
    }

    /// Never below what is configured for new hashes, which would lock everybody out.
    func allowing(_ parameters: Argon2Parameters) -> HashCeiling {
        var ceiling = self
        ceiling.memory = max(memory, parameters.memory)
        ceiling.passes = max(passes, parameters.passes)
        return ceiling
    }
}
