import Gatehouse
import Testing

/// A request as it left the browser, and its answer before the browser decided who may see it.
struct Exchange: Sendable, CustomStringConvertible {
    let method: String
    let url: String
    let sent: [String: String]
    let status: Int
    let received: [String: String]

    var description: String { "\(method) \(url) \(sent) → \(status) \(received)" }

    /// The lines of `Set-Cookie`.
    var setCookies: [Substring] { received["set-cookie"]?.split(separator: "\n") ?? [] }
}

extension Page {
    /// The last exchange with this method and URL, or the first that comes: a preflight is told of later than its end.
    func exchange(_ method: String, _ url: String) async throws -> Exchange {
        let last = await tools.events(in: session).last { $0.asks(method, url) }?.parameters
        let request =
            if let last { last } else {
                try await tools.event("\(method) \(url)", in: session) { $0.asks(method, url) }
            }
        return try await exchange(id: try #require(request["requestId"]?.stringValue), method, url)
    }

    /// The headers of the next request with this method and URL after so many events, as soon as they have left.
    func sent(_ method: String, _ url: String, after count: Int) async throws -> [String: String] {
        let request = try await tools.event("\(method) \(url)", in: session, after: count) { $0.asks(method, url) }
        let id = try #require(request["requestId"]?.stringValue)
        return try await event("Network.requestWillBeSentExtraInfo", of: id).headers
    }

    /// All answers from a port that have come so far, those to preflights included.
    func exchanges(withPort port: Int) async throws -> [Exchange] {
        let events = await tools.events(in: session)
        let answered = Set(events.filter { $0.method == "Network.responseReceivedExtraInfo" }.map(\.requestID))
        var found: [Exchange] = []
        for event in events {
            guard let request = event.request, request.url.contains(":\(port)/"), let id = event.requestID,
                answered.contains(id)
            else { continue }
            found.append(try await exchange(id: id, request.method, request.url))
        }
        return found
    }

    private func exchange(id: String, _ method: String, _ url: String) async throws -> Exchange {
        let sent = try await event("Network.requestWillBeSentExtraInfo", of: id)
        let received = try await event("Network.responseReceivedExtraInfo", of: id)
        return Exchange(
            method: method, url: url, sent: sent.headers, status: received["statusCode"]?.integerValue ?? 0,
            received: received.headers)
    }

    private func event(_ method: String, of id: String) async throws -> JSONObject {
        try await tools.event("\(method) of \(id)", in: session) { $0.method == method && $0.requestID == id }
    }
}

extension DevTools.Event {
    fileprivate var requestID: String? { parameters["requestId"]?.stringValue }

    /// What is asked for where this is the beginning of a request.
    fileprivate var request: (method: String, url: String)? {
        guard method == "Network.requestWillBeSent", let request = parameters["request"]?.objectValue,
            let method = request["method"]?.stringValue, let url = request["url"]?.stringValue
        else { return nil }
        return (method, url)
    }

    fileprivate func asks(_ method: String, _ url: String) -> Bool {
        request.map { $0 == (method, url) } ?? false
    }
}

extension JSONObject {
    /// The headers that an event tells, by their names in lower case.
    fileprivate var headers: [String: String] {
        self["headers"]?.objectValue?.members.reduce(into: [:]) { $0[$1.name.lowercased()] = $1.value.stringValue }
            ?? [:]
    }
}
