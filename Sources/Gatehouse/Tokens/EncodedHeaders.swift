/// The headers of the tokens that one key signs, as they stand in a token before its first dot.
struct EncodedHeaders: Sendable {
    private let access: [UInt8]
    private let refresh: [UInt8]
    private let device: [UInt8]

    init(algorithm: SigningAlgorithm, kid: String) {
        func encoded(_ type: TokenType) -> [UInt8] {
            var header = JSONObjectWriter(capacity: 96)
            header.append("alg", algorithm.rawValue)
            header.append("kid", kid)
            header.append("typ", type.rawValue)
            var encoded: [UInt8] = []
            Base64URL.append(header.finished(), to: &encoded)
            return encoded
        }
        access = encoded(.accessToken)
        refresh = encoded(.refreshToken)
        device = encoded(.deviceToken)
    }

    subscript(type: TokenType) -> [UInt8] {
        switch type {
        case .accessToken: access
        case .refreshToken: refresh
        case .deviceToken: device
        }
    }
}
