/// What a scheme makes of a password: compared in constant time, wiped by nobody because it is stored anyway.
struct PasswordTag: Sendable, Redacted {
    let bytes: [UInt8]

    /// Takes as long wherever the first difference is; only a difference in length shows.
    func matches(_ other: some RandomAccessCollection<UInt8>) -> Bool {
        guard bytes.count == other.count else { return false }
        return zip(bytes, other).reduce(0) { $0 | ($1.0 ^ $1.1) } == 0
    }
}
