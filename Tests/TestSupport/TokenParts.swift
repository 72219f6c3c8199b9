public import Gatehouse

/// A token as the three parts it is made of, each of which a test may replace by what it likes.
public struct TokenParts: Sendable {
    public var header: [UInt8]
    public var payload: [UInt8]
    public var signature: [UInt8]

    struct NotAToken: Error {}

    public init(header: JSONObject, payload: JSONObject) {
        self.init(header: header.serialized(), payload: payload.serialized())
    }

    public init(header: [UInt8], payload: [UInt8], signature: [UInt8] = []) {
        self.header = header
        self.payload = payload
        self.signature = signature
    }

    /// Takes a good token apart.
    public init(_ token: String) throws {
        let parts = token.split(separator: ".").compactMap { Base64URL.decode(String($0)) }
        guard parts.count == 3 else { throw NotAToken() }
        self.init(header: parts[0], payload: parts[1], signature: parts[2])
    }

    /// What is signed (RFC 7515 section 5.1).
    public var signingInput: [UInt8] {
        Array("\(Base64URL.encode(header)).\(Base64URL.encode(payload))".utf8)
    }

    public var text: String {
        "\(String(decoding: signingInput, as: UTF8.self)).\(Base64URL.encode(signature))"
    }

    /// The token with the signature of this key, whatever the header says of it.
    public func signed(by key: KeyMaterial) throws -> String {
        try signed { try key.sign($0) }
    }

    public func signed(_ sign: ([UInt8]) throws -> [UInt8]) rethrows -> String {
        with(signature: try sign(signingInput))
    }

    public func with(signature: [UInt8]) -> String {
        TokenParts(header: header, payload: payload, signature: signature).text
    }
}

extension JSONObject {
    /// The same with one member replaced, added, or (nil) removed.
    public func with(_ name: String, _ value: JSON?) -> JSONObject {
        var changed = self
        changed[name] = value
        return changed
    }
}
