import Gatehouse
import HTTPTypes

/// What an endpoint answers, before the headers that every response carries.
struct Answer {
    enum Body {
        case none
        case bytes([UInt8], contentType: String)
        case problem(Problem)
    }

    var status: HTTPResponse.Status
    var headers = HTTPFields()
    var body: Body
    /// Nil for `no-store`.
    var cacheControl: String?
    /// Nil for what is no page.
    var contentSecurityPolicy: String?
    /// Whether the client is to ask again over another connection, if at all.
    var endsConnection = false

    static let noContent = Answer(status: .noContent, body: .none)

    /// What was asked for is done elsewhere, if at all: the answer doesn't tell.
    static let accepted = Answer.json([:], status: .accepted)

    static func json(_ document: JSON, status: HTTPResponse.Status = .ok) -> Answer {
        Answer(status: status, body: .bytes(document.serialized(), contentType: "application/json"))
    }

    static func problem(_ problem: Problem) -> Answer {
        Answer(
            status: problem.status, headers: problem.headers, body: .problem(problem),
            endsConnection: problem.endsConnection)
    }

    /// What `OPTIONS` says: which methods a path answers.
    static func options(allowed methods: [HTTPRequest.Method]) -> Answer {
        var answer = Answer.noContent
        answer.headers[.allow] = methods.map(\.rawValue).joined(separator: ", ")
        return answer
    }

    mutating func setCookie(_ line: String) {
        headers.append(HTTPField(name: .setCookie, value: line))
    }
}

extension Answer {
    private static let noPage = "default-src 'none'; frame-ancestors 'none'"

    /// The response to one request: with what is on every one.
    func response(requestID: String, isHTTPS: Bool, toHead: Bool) -> Response {
        let content: (type: String, bytes: [UInt8])?
        switch body {
        case .none: content = nil
        case .bytes(let document, let contentType): content = (contentType, document)
        case .problem(let problem):
            content = ("application/problem+json", problem.serialized(requestID: requestID))
        }
        return Response(
            status: status, fields: headers, requestID: requestID, cacheControl: cacheControl ?? "no-store",
            contentSecurityPolicy: contentSecurityPolicy ?? Self.noPage, isHTTPS: isHTTPS, content: content,
            isHeadOnly: toHead, endsConnection: endsConnection)
    }
}
