/// What one Argon2id hash costs (RFC 9106).
public struct Argon2Parameters: Sendable, Equatable {
    /// Memory in KiB.
    public let memory: Int
    /// Passes over the memory.
    public let passes: Int
    /// Lanes: they change the result, but are computed by one thread.
    public let lanes: Int

    /// 19 MiB, 2 passes, 1 lane: the minimum OWASP recommends.
    public static let standard = Argon2Parameters(memory: 19_456, passes: 2, lanes: 1)

    init(memory: Int, passes: Int, lanes: Int) {
        self.memory = memory
        self.passes = passes
        self.lanes = lanes
    }

    /// Reads the PHC form, `m=19456,t=2,p=1`, in exactly this order.
    ///
    /// - Throws: `invalid_format` when it is anything else, or outside `m` 8·p…4194304, `t` 1…1024, `p` 1…64.
    public init(parsing text: String) throws(FieldFault) {
        guard let parameters = PHCParameters(text), let read = Argon2Parameters(parameters) else {
            throw FieldFault(
                code: "invalid_format",
                message: "Argon2 parameters look like \(Self.standard): memory in KiB, passes and lanes.")
        }
        self = read
    }

    init?(_ parameters: PHCParameters) {
        guard parameters.names == ["m", "t", "p"], let memory = parameters["m"], let passes = parameters["t"],
            let lanes = parameters["p"], (1...64).contains(lanes), (8 * lanes...4_194_304).contains(memory),
            (1...1024).contains(passes)
        else { return nil }
        self.init(memory: memory, passes: passes, lanes: lanes)
    }

    /// The memory in bytes.
    var workingMemory: Int { memory * 1024 }

    /// Whether a hash of this cost is cheaper to attack than one of `other`, by more than five hundredths.
    ///
    /// A guess costs what it moves to and from memory. For each block two are read and one is written; from the second pass on what stood
    /// there is read as well. By that the costs which OWASP takes for equal are equal within those five hundredths: 46 MiB and 1 pass, 19
    /// and 2, 12 and 3, 9 and 4, 7 and 5. Passes make up for memory as far as that list goes, down to a seventh of it: what is so small that
    /// it stays in a cache moves nothing.
    ///
    /// Lanes are how the work is divided, and no strength: whoever guesses may compute them one after the other, as is done here.
    func isWeaker(than other: Argon2Parameters) -> Bool {
        traffic * 100 < other.traffic * 95 || memory * 7 < other.memory
    }

    private var traffic: Int { memory * (4 * passes - 1) }
}

extension Argon2Parameters: CustomStringConvertible {
    public var description: String { "m=\(memory),t=\(passes),p=\(lanes)" }
}
