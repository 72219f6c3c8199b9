import Gatehouse
import HTTPTypes
import Hummingbird
import NIOCore

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

    static let noContent = Answer(status: .noContent, body: .none)

    /// What was asked for is done elsewhere, if at all: the answer doesn't tell.
    static let accepted = Answer.json([:], status: .accepted)

    static func json(_ document: JSON, status: HTTPResponse.Status = .ok) -> Answer {
        Answer(status: status, body: .bytes(document.serialized(), contentType: "application/json"))
    }

    static func problem(_ problem: Problem) -> Answer {
        Answer(status: problem.status, headers: problem.headers, body: .problem(problem))
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
    /// Hardly any answer is a page: nothing in it is run, framed, embedded elsewhere, or named to others. Pages that are
    /// allowed to read it still do, by CORS.
    private static let forBrowsers = [
        HTTPField(name: .xContentTypeOptions, value: "nosniff"),
        HTTPField(name: .crossOriginResourcePolicy, value: "same-origin"),
        HTTPField(name: .referrerPolicy, value: "no-referrer"),
    ]
    private static let noStore = HTTPField(name: .cacheControl, value: "no-store")
    private static let noPage = HTTPField(
        name: .contentSecurityPolicy, value: "default-src 'none'; frame-ancestors 'none'")
    private static let httpsOnly = HTTPField(name: .strictTransportSecurity, value: "max-age=31536000")
    private static let maximumFields = 10

    /// The response with the headers of the contract that are on every one.
    func response(requestID: String, isHTTPS: Bool, toHead: Bool) -> Response {
        var fields = [
            HTTPField(name: .xRequestID, value: requestID),
            cacheControl.map { HTTPField(name: .cacheControl, value: $0) } ?? Self.noStore,
            contentSecurityPolicy.map { HTTPField(name: .contentSecurityPolicy, value: $0) } ?? Self.noPage,
        ]
        fields.reserveCapacity(Self.maximumFields)
        fields += Self.forBrowsers
        if isHTTPS { fields.append(Self.httpsOnly) }
        let bytes: [UInt8]
        switch body {
        case .none:
            return Response(status: status, headers: headers.adding(fields))
        case .bytes(let document, let contentType):
            fields.append(HTTPField(name: .contentType, value: contentType))
            bytes = document
        case .problem(let problem):
            fields.append(HTTPField(name: .contentType, value: "application/problem+json"))
            bytes = problem.serialized(requestID: requestID)
        }
        fields.append(HTTPField(name: .contentLength, value: String(bytes.count)))
        let headers = headers.adding(fields)
        return toHead
            ? Response(status: status, headers: headers)
            : Response(status: status, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)))
    }
}

extension HTTPFields {
    /// With fields that aren't there yet, added at once: each by itself would cost more.
    fileprivate func adding(_ fields: [HTTPField]) -> HTTPFields {
        var all = self
        all.append(contentsOf: fields)
        return all
    }
}
