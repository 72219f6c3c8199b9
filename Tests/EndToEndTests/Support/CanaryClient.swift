import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1

/// A client that puts a secret into every place where a client can put one, and remembers each.
struct CanaryClient {
    let url: String
    /// A tenant that is there.
    let slug: String
    private(set) var secrets: [Secret] = []
    /// What the service writes down on purpose.
    let requestID = "decoy-\(UInt64.random(in: .min ... .max))"

    /// Each is another one, so that what was found tells where it came from.
    mutating func canary(_ place: String) -> String {
        let text = "cnry/\(UInt64.random(in: .min ... .max))+\(UInt64.random(in: .min ... .max))"
        secrets.append(Secret("canary in \(place)", text))
        return text
    }

    /// Asks this route in every wrong way; none may end in a failure of the service.
    ///
    /// - Returns: The statuses.
    mutating func ask(_ method: String, _ template: String) async throws -> [Int] {
        let place = "\(method) \(template)"
        let id = encoded(canary("\(place), path"))
        let path = template.replacing("{tenant}", with: slug).replacing("{id}", with: id)
        let requests: [(path: String, headers: [String: String], body: Data?)] = [
            (path + "?token=\(encoded(canary("\(place), query")))", headers(place), json(place)),
            (path, credentials(place, "Basic"), form(place)),
            (path, credentials(place, "Bearer"), Data("{\"password\":\"\(canary("\(place), broken body"))".utf8)),
            (path + "/\(encoded(canary("\(place), further segment")))", [:], nil),
            (
                template.replacing("{tenant}", with: encoded(canary("\(place), tenant"))).replacing("{id}", with: id),
                [:], nil
            ),
        ]
        var statuses: [Int] = []
        for request in requests {
            let body = method == "GET" || method == "HEAD" ? nil : request.body
            statuses.append(try await Self.send(method, url + request.path, request.headers, body: body))
        }
        return statuses
    }

    /// Foundation's client waits for ever where a 401 asks for a password that it doesn't have.
    private static func send(
        _ method: String, _ url: String, _ headers: [String: String], body: Data?
    ) async throws -> Int {
        var request = HTTPClientRequest(url: url)
        request.method = HTTPMethod(rawValue: method)
        for (name, value) in headers { request.headers.add(name: name, value: value) }
        if let body { request.body = .bytes(ByteBuffer(bytes: body)) }
        let response = try await HTTPClient.shared.execute(request, timeout: .seconds(30))
        _ = try await response.body.collect(upTo: 1 << 20)
        return Int(response.status.code)
    }

    private mutating func headers(_ place: String) -> [String: String] {
        let names = [
            "User-Agent", "Referer", "Origin", "X-Forwarded-For", "Forwarded", "Sec-Fetch-Site", "Accept", "X-Api-Key",
            "traceparent", "tracestate", "If-None-Match", "Accept-Language",
        ]
        var headers = ["Content-Type": "application/json"]
        for name in names { headers[name] = canary("\(place), \(name)") }
        headers["Cookie"] =
            "__Host-\(slug)-access=\(canary("\(place), access cookie")); "
            + "__Secure-\(slug)-refresh=\(canary("\(place), refresh cookie")); other=\(canary("\(place), cookie"))"
        headers["X-Request-Id"] = canary("\(place), malformed X-Request-Id")
        return headers
    }

    private mutating func credentials(_ place: String, _ scheme: String) -> [String: String] {
        let (name, secret) = (canary("\(place), \(scheme) name"), canary("\(place), \(scheme) secret"))
        let value = scheme == "Basic" ? Data("\(name):\(secret)".utf8).base64EncodedString() : "\(name).\(secret).x"
        let type = scheme == "Basic" ? "application/x-www-form-urlencoded" : "application/json"
        return ["Authorization": "\(scheme) \(value)", "Content-Type": type, "X-Request-Id": requestID]
    }

    private mutating func json(_ place: String) -> Data? {
        let names = [
            "email", "password", "username", "name", "refresh_token", "device_token", "current_password",
            "new_password",
            "delivery", "scope", "role",
        ]
        var members = Dictionary(uniqueKeysWithValues: names.map { ($0, canary("\(place), \($0)")) })
        members[canary("\(place), unknown member")] = canary("\(place), value of an unknown member")
        return try? JSONSerialization.data(withJSONObject: members)
    }

    private mutating func form(_ place: String) -> Data {
        let fields = ["token", "token_type_hint", "client_id", "client_secret", "unknown"].map { name in
            "\(name)=\(encoded(canary("\(place), form \(name)")))"
        }
        return Data(fields.joined(separator: "&").utf8)
    }

    private func encoded(_ text: String) -> String {
        text.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? text
    }
}
