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

    /// Whether a hash of this cost is cheaper to attack than one of `other`.
    ///
    /// A guess moves so much to and from memory, which bounds a GPU that has room for many guesses at once, and it occupies memory for
    /// so long, which bounds one that hasn't and whoever builds machines for it. A hash is weaker where either is less: passes that are missing
    /// are made up for by as many times the memory, memory that is missing only by its square in passes. Lanes are how the work is
    /// divided, and no strength: whoever guesses may compute them one after the other, as is done here.
    func isWeaker(than other: Argon2Parameters) -> Bool {
        traffic < other.traffic || timeByArea < other.timeByArea
    }

    private var traffic: Int { memory * passes }
    private var timeByArea: Int { memory * memory * passes }
}

extension Argon2Parameters: CustomStringConvertible {
    public var description: String { "m=\(memory),t=\(passes),p=\(lanes)" }
}
