/// A web origin in its one spelling: scheme and host in lower case, the scheme's own port left out (RFC 6454).
public struct WebOrigin: Sendable, Hashable {
    public let text: String

    /// Nil for anything that isn't `http` or `https`, a host and perhaps a port; `null` and paths included.
    public init?(_ text: String) {
        let lowered = text.foldingASCIICase
        let scheme = lowered.hasPrefix("https://") ? "https" : "http"
        guard lowered.hasPrefix("\(scheme)://"), text.utf8.count <= 255 else { return nil }
        let authority = lowered.dropFirst(scheme.utf8.count + 3)
        guard let (host, port) = Self.split(authority) else { return nil }
        let own = scheme == "https" ? 443 : 80
        self.text = port.map { $0 == own } ?? true ? "\(scheme)://\(host)" : "\(scheme)://\(host):\(port ?? own)"
    }

    private static func split(_ authority: Substring) -> (host: Substring, port: Int?)? {
        var host = authority
        var port: Int?
        let afterBracket = authority.lastIndex(of: "]") ?? authority.startIndex
        if let colon = authority[afterBracket...].lastIndex(of: ":") {
            let digits = authority[authority.index(after: colon)...]
            guard (1...5).contains(digits.utf8.count), digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
                let number = Int(digits), (1...65_535).contains(number)
            else { return nil }
            host = authority[..<colon]
            port = number
        }
        return isHost(host) ? (host, port) : nil
    }

    private static func isHost(_ host: Substring) -> Bool {
        if host.first == "[", host.last == "]" {
            return host.count > 3 && host.dropFirst().dropLast().utf8.allSatisfy(Self.isAddressByte)
        }
        return !host.isEmpty && host.utf8.count <= 253 && host.utf8.allSatisfy(Self.isNameByte)
    }

    private static func isAddressByte(_ byte: UInt8) -> Bool {
        (0x30...0x3A).contains(byte) || (0x61...0x66).contains(byte) || byte == UInt8(ascii: ".")
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x61...0x7A).contains(byte)
            || byte == UInt8(ascii: "-") || byte == UInt8(ascii: ".") || byte == UInt8(ascii: "_")
    }
}
