import Gatehouse

/// An address to listen on: `127.0.0.1:8080`, `[::1]:8080` or `localhost:8080`.
struct ListenAddress: Sendable, Equatable, CustomStringConvertible {
    let host: String
    let port: Int

    static let standard = ListenAddress(host: "127.0.0.1", port: 8080)
    static let standardOps = ListenAddress(host: "127.0.0.1", port: 9090)

    init(host: String, port: Int) {
        self.host = host
        self.port = port
    }

    init(parsing text: String) throws(FieldFault) {
        guard let colon = text.lastIndex(of: ":"), let port = Self.port(text[text.index(after: colon)...]),
            let host = Self.host(text[..<colon])
        else {
            throw .setting("not an address; write HOST:PORT, such as 127.0.0.1:8080 or [::1]:8080")
        }
        self.init(host: host, port: port)
    }

    static func port(_ text: Substring) -> Int? {
        guard !text.isEmpty, text.utf8.count <= 5, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
            let port = Int(text), (1...65_535).contains(port)
        else { return nil }
        return port
    }

    private static func host(_ text: Substring) -> String? {
        if text.hasPrefix("["), text.hasSuffix("]") {
            let inner = text.dropFirst().dropLast()
            return inner.contains(":") ? String(inner) : nil
        }
        let isPlain = text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "." || $0 == "-") }
        return text.isEmpty || !isPlain ? nil : String(text)
    }

    /// Whether it is every address of the machine, and so none that anybody could call it by.
    var isWildcard: Bool { ["0.0.0.0", "::"].contains(host) }

    var description: String {
        host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
    }
}
