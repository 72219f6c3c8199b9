import Gatehouse
import Testing

/// A response as it came over the wire.
struct Reply: Sendable {
    let status: Int
    let headers: [(name: String, value: String)]
    let body: [UInt8]

    /// Nil where the bytes are no whole response.
    init?(_ bytes: [UInt8]) {
        let text = String(decoding: bytes, as: UTF8.self)
        guard let end = text.firstRange(of: "\r\n\r\n") else { return nil }
        let lines = text[..<end.lowerBound].split(separator: "\r\n")
        let statusLine = lines.first?.split(separator: " ") ?? []
        guard statusLine.count >= 2, statusLine[0] == "HTTP/1.1", let status = Int(statusLine[1]) else { return nil }
        self.status = status
        headers = lines.dropFirst().map { line in
            let parts = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            return (parts[0].lowercased(), parts.count > 1 ? String(parts[1].drop { $0 == " " }) : "")
        }
        body = Array(text[end.upperBound...].utf8)
    }

    func header(_ name: String) -> String? {
        headers.first { $0.name == name.lowercased() }?.value
    }

    func all(_ name: String) -> [String] {
        headers.filter { $0.name == name.lowercased() }.map(\.value)
    }

    var json: JSONObject {
        get throws { try #require(try JSON.parse(body).objectValue) }
    }

    /// The `code` of a problem, nil for anything else.
    var code: String? {
        guard header("content-type") == "application/problem+json" else { return nil }
        return (try? json)?["code"]?.stringValue
    }

    /// The fields that a problem names.
    var fields: [String] {
        (try? json)?["errors"]?.arrayValue?.compactMap { $0.objectValue?["field"]?.stringValue } ?? []
    }

    func text(_ name: String) throws -> String {
        try #require(try json[name]?.stringValue, "no text \(name) in \(String(decoding: body, as: UTF8.self))")
    }

    /// The values of the cookies that were set, by name.
    var cookies: [String: String] {
        var found: [String: String] = [:]
        for line in all("set-cookie") {
            let pair = line.prefix { $0 != ";" }.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            found[String(pair[0])] = String(pair[1])
        }
        return found
    }
}

extension Reply: CustomStringConvertible {
    var description: String {
        "\(status) \(headers.map { "\($0.name): \($0.value)" }) \(String(decoding: body, as: UTF8.self))"
    }
}
