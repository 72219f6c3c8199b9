/// The parameters of one execution, in binary, end to end.
struct ParameterBuffer: Sendable {
    private(set) var bytes: [UInt8] = []
    /// One for each parameter, in bytes; -1 is null.
    private(set) var lengths: [Int32] = []

    static let empty = ParameterBuffer()

    private init() {}

    /// Room for so many bytes, so that few parameters need no more.
    init(reserving capacity: Int) {
        bytes.reserveCapacity(capacity)
        lengths.reserveCapacity(4)
    }

    mutating func append(_ value: some PostgresEncodable) throws(PostgresError) {
        guard !value.isPostgresNull else {
            lengths.append(-1)
            return
        }
        let start = bytes.count
        do throws(ValueFault) {
            try value.encode(into: &bytes)
        } catch {
            throw .encoding(EncodingFault(parameter: lengths.count + 1, reason: error.reason))
        }
        guard let length = Int32(exactly: bytes.count - start) else {
            throw .encoding(EncodingFault(parameter: lengths.count + 1, reason: "a value of more than 2 GB"))
        }
        lengths.append(length)
    }
}
