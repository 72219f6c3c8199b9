import Foundation
import Gatehouse

extension APIContract {
    /// How an exchange contradicts the description; nothing when it was foreseen.
    public func violations(in exchange: HTTPExchange) -> [String] {
        if isBroken(exchange) { return [] }
        let (answers, operation) = answers(to: exchange.method, at: exchange.path)
        guard let described = answers[String(exchange.status)] else { return ["the status is not described"] }
        let answer = resolved(described)
        return headers(of: exchange, by: answer) + body(of: exchange, by: answer)
            + (operation.map { accepted(exchange, by: $0) } ?? [])
    }

    /// What was no request is answered without anything of ours, and ends the connection.
    private func isBroken(_ exchange: HTTPExchange) -> Bool {
        let statuses = root["x-other-requests"]?.objectValue?["brokenFraming"]?.objectValue?.names ?? []
        return statuses.contains(String(exchange.status)) && exchange.body.isEmpty
            && exchange.values(of: "x-request-id").isEmpty
    }

    /// Fields that the description tells of in words, or that are HTTP's own.
    private static let commonHeaders: Set = [
        "date", "connection", "content-type", "content-length", "transfer-encoding", "content-security-policy",
        "cross-origin-resource-policy", "referrer-policy", "strict-transport-security", "vary",
        "access-control-allow-origin", "access-control-allow-credentials", "access-control-expose-headers",
        "access-control-allow-methods", "access-control-allow-headers", "access-control-max-age",
    ]

    private func headers(of exchange: HTTPExchange, by answer: JSONObject) -> [String] {
        let described = answer["headers"]?.objectValue ?? JSONObject()
        let names = Set(described.names.map { $0.lowercased() })
        let unknown = Set(exchange.headers.map { $0.name.lowercased() }).subtracting(names)
            .subtracting(Self.commonHeaders)
        return unknown.sorted().map { "the header \($0) is not described" }
            + described.members.flatMap { member in
                let header = resolved(member.value)
                let values = exchange.values(of: member.name)
                if values.isEmpty, header["required"]?.boolValue == true {
                    return ["the header \(member.name) is missing"]
                }
                return values.flatMap { value in
                    let schema = header["schema"] ?? false
                    let isNumber = schema.objectValue?["type"] == "integer"
                    let json = isNumber ? Int(value).map(JSON.integer) ?? .string(value) : .string(value)
                    return self.schema.violations(of: json, by: schema, at: member.name)
                }
            }
    }

    private func body(of exchange: HTTPExchange, by answer: JSONObject) -> [String] {
        let content = answer["content"]?.objectValue ?? JSONObject()
        let type = exchange.values(of: "content-type").first
        guard !content.isEmpty else {
            return exchange.body.isEmpty && type == nil ? [] : ["a body is not described"]
        }
        guard let type, let media = content[type]?.objectValue else {
            return ["the content type \(type ?? "none") is not described"]
        }
        if exchange.method == "HEAD" { return exchange.body.isEmpty ? [] : ["HEAD has a body"] }
        return self.content(exchange.body, type, by: media)
    }

    private func content(_ body: [UInt8], _ type: String, by media: JSONObject) -> [String] {
        guard let value = type == "application/x-www-form-urlencoded" ? form(body) : try? JSON.parse(body) else {
            return type.hasPrefix("text/") ? [] : ["the body is no \(type)"]
        }
        return schema.violations(of: value, by: media["schema"] ?? false)
    }

    /// A form's parameters as an object of texts; a name that is there twice is nobody's form.
    private func form(_ body: [UInt8]) -> JSON? {
        var parameters = JSONObject()
        for pair in String(decoding: body, as: UTF8.self).split(separator: "&") {
            let parts = pair.replacing("+", with: " ")
                .split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2, let name = String(parts[0]).removingPercentEncoding,
                let value = String(parts[1]).removingPercentEncoding, parameters[name] == nil
            else { return nil }
            parameters[name] = .string(value)
        }
        return .object(parameters)
    }

    /// A request that was granted must have been one that the description allows.
    private func accepted(_ exchange: HTTPExchange, by operation: Operation) -> [String] {
        guard (200..<300).contains(exchange.status) else { return [] }
        return credentials(of: exchange, by: operation)
            + operation.parameters.flatMap { parameter, value in
                schema.violations(of: .string(value), by: parameter["schema"] ?? false, at: "the path")
            } + requestBody(of: exchange, by: operation).map { "though it was granted, \($0)" }
    }

    private func credentials(of exchange: HTTPExchange, by operation: Operation) -> [String] {
        let isOpen = operation.object["security"]?.arrayValue?.contains([:]) ?? true
        if isOpen || exchange.requestHeader("authorization") != nil || exchange.requestHeader("cookie") != nil {
            return []
        }
        return ["it was granted without credentials"]
    }

    private func requestBody(of exchange: HTTPExchange, by operation: Operation) -> [String] {
        guard let body = operation.object["requestBody"]?.objectValue else { return [] }
        guard !exchange.requestBody.isEmpty else {
            return body["required"]?.boolValue == true ? ["the request has no body"] : []
        }
        let type = (exchange.requestHeader("content-type") ?? "none").lowercased().prefix { $0 != ";" }
        guard let media = body["content"]?.objectValue?[String(type)]?.objectValue else {
            return ["the request's content type \(type) is not described"]
        }
        return content(exchange.requestBody, String(type), by: media)
    }
}
