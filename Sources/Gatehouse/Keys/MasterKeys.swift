/// The master key, and those before it while what they sealed is being sealed anew.
public struct MasterKeys: Sendable, Redacted {
    /// More are never needed: a rotation that was begun and not finished leaves three at the most.
    public static let limit = 4

    /// The key that `master-key rotate` seals under, and that the first tenant's keys are sealed under.
    public let sealing: MasterKey
    /// Keys whose secrets are opened as well.
    public let accepting: [MasterKey]

    init(sealing: MasterKey, accepting: [MasterKey] = []) {
        self.sealing = sealing
        self.accepting = accepting
    }

    /// Reads keys in base64, separated by whitespace: all of them open, and `master-key rotate` seals under the first.
    ///
    /// Throws `invalid_master_key`, with a message that repeats nothing, unless each is exactly 32 bytes and none stands
    /// twice.
    public init(base64 text: [UInt8]) throws(FieldFault) {
        let pieces = text.split { [0x20, 0x09, 0x0A, 0x0D].contains($0) }
        let keys = pieces.prefix(Self.limit).compactMap { MasterKey(base64: $0) }
        guard let first = keys.first, keys.count == pieces.count else {
            throw .masterKeys(
                """
                not a master key; 32 bytes in base64 are needed, as `gatehouse admin master-key generate` prints them, \
                and while the key is being changed the ones before on lines below, \(Self.limit) keys at the most
                """)
        }
        guard Set(keys.map(\.id)).count == keys.count else {
            throw .masterKeys("the same master key stands there twice")
        }
        self.init(sealing: first, accepting: Array(keys.dropFirst()))
    }

    var all: [MasterKey] { [sealing] + accepting }

    /// What the keys are called, the sealing one first; it tells nothing of them.
    public var ids: [String] { all.map(\.id) }
}

extension FieldFault {
    fileprivate static func masterKeys(_ message: String) -> FieldFault {
        FieldFault(code: "invalid_master_key", message: message)
    }
}
