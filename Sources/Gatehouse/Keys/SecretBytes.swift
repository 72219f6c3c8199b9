/// What is compared in constant time: the tag that a scheme makes of a password or of a file, a code that was mailed. Nobody wipes it: the
/// tag of a password is stored anyway.
struct SecretBytes: Sendable, Redacted {
    let bytes: [UInt8]

    /// Takes as long wherever the first difference is; only a difference in length shows.
    func matches(_ other: some RandomAccessCollection<UInt8>) -> Bool {
        guard bytes.count == other.count else { return false }
        return zip(bytes, other).reduce(0) { $0 | ($1.0 ^ $1.1) } == 0
    }
}
