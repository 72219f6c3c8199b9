import Foundation
import TestSupport
import Testing

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// Calls as an app makes them.
enum HTTP {
    struct Answer {
        let status: Int
        let json: [String: Any]
        let cacheControl: String
        var retryAfter = ""

        func text(_ member: String) -> String { json[member] as? String ?? "" }
    }

    static func get(_ url: String, bearer: String? = nil) async throws -> Answer {
        var request = URLRequest(url: try address(url))
        if let bearer { request.setValue("Bearer \(bearer)", forHTTPHeaderField: "Authorization") }
        return try await send(request)
    }

    static func post(_ url: String, _ body: [String: String], bearer: String? = nil) async throws -> Answer {
        var request = URLRequest(url: try address(url))
        request.httpMethod = "POST"
        request.httpBody = try JSONSerialization.data(withJSONObject: body)
        request.setValue("application/json", forHTTPHeaderField: "Content-Type")
        if let bearer { request.setValue("Bearer \(bearer)", forHTTPHeaderField: "Authorization") }
        return try await send(request)
    }

    static func post(_ url: String, form: String, basic: String) async throws -> Answer {
        var request = URLRequest(url: try address(url))
        request.httpMethod = "POST"
        request.httpBody = Data(form.utf8)
        request.setValue("application/x-www-form-urlencoded", forHTTPHeaderField: "Content-Type")
        request.setValue("Basic \(Data(basic.utf8).base64EncodedString())", forHTTPHeaderField: "Authorization")
        return try await send(request)
    }

    /// Any request at all.
    static func send(
        _ method: String, _ url: String, _ headers: [String: String] = [:], body: Data? = nil
    ) async throws -> Answer {
        var request = URLRequest(url: try address(url))
        request.httpMethod = method
        request.httpBody = body
        request.httpShouldHandleCookies = false
        for (name, value) in headers { request.setValue(value, forHTTPHeaderField: name) }
        return try await send(request)
    }

    private static func address(_ text: String) throws -> URL {
        guard let url = URL(string: text) else { throw URLError(.badURL) }
        return url
    }

    /// Keeps no answers of its own, and lets nobody wait for another's connection.
    private static let session: URLSession = {
        let configuration = URLSessionConfiguration.ephemeral
        configuration.urlCache = nil
        configuration.httpMaximumConnectionsPerHost = 64
        return URLSession(configuration: configuration)
    }()

    private static func send(_ request: URLRequest) async throws -> Answer {
        let (data, response) = try await session.data(for: request)
        let json = (try? JSONSerialization.jsonObject(with: data)) as? [String: Any]
        let head = response as? HTTPURLResponse
        if let head { expectDescribed(request, head, data) }
        return Answer(
            status: head?.statusCode ?? 0, json: json ?? [:],
            cacheControl: head?.value(forHTTPHeaderField: "Cache-Control") ?? "",
            retryAfter: head?.value(forHTTPHeaderField: "Retry-After") ?? "")
    }
}

extension HTTP {
    /// Records an issue where a tenant's route answers what the API's description doesn't foresee.
    private static func expectDescribed(_ request: URLRequest, _ head: HTTPURLResponse, _ body: Data) {
        guard let path = request.url?.path(percentEncoded: true), path.hasPrefix("/t/") else { return }
        let exchange = HTTPExchange(
            method: request.httpMethod ?? "GET", target: path,
            requestHeaders: (request.allHTTPHeaderFields ?? [:]).map { ($0.key, $0.value) },
            requestBody: Array(request.httpBody ?? Data()), status: head.statusCode,
            headers: head.allHeaderFields.map { ("\($0.key)", "\($0.value)") }, body: Array(body))
        for violation in APIContract.gatehouse.violations(in: exchange) {
            Issue.record("\(exchange.method) \(path) contradicts openapi.json: \(violation)")
        }
    }
}

/// The header of a token.
func header(of token: String) -> [String: Any] {
    let data = bytes(ofBase64URL: token.prefix { $0 != "." })
    return (try? JSONSerialization.jsonObject(with: data)) as? [String: Any] ?? [:]
}

/// What base64url text without padding stands for; nothing where it isn't that.
func bytes(ofBase64URL text: some StringProtocol) -> Data {
    let standard = String(text).replacing("-", with: "+").replacing("_", with: "/")
    return Data(base64Encoded: standard + String(repeating: "=", count: (4 - standard.count % 4) % 4)) ?? Data()
}
