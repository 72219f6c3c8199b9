import Foundation

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// Calls as an app makes them.
enum HTTP {
    struct Answer {
        let status: Int
        let json: [String: Any]

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

    private static func address(_ text: String) throws -> URL {
        guard let url = URL(string: text) else { throw URLError(.badURL) }
        return url
    }

    private static func send(_ request: URLRequest) async throws -> Answer {
        let (data, response) = try await URLSession.shared.data(for: request)
        let json = (try? JSONSerialization.jsonObject(with: data)) as? [String: Any]
        return Answer(status: (response as? HTTPURLResponse)?.statusCode ?? 0, json: json ?? [:])
    }
}

/// The header of a token.
func header(of token: String) -> [String: Any] {
    var text = token.prefix { $0 != "." }.replacing("-", with: "+").replacing("_", with: "/")
    text += String(repeating: "=", count: (4 - text.count % 4) % 4)
    let data = Data(base64Encoded: String(text)) ?? Data()
    return (try? JSONSerialization.jsonObject(with: data)) as? [String: Any] ?? [:]
}
