import HTTPTypes

extension Endpoints {
    /// `GET /openapi.json`: the description of this API (OpenAPI 3.1).
    static func openAPI(_ description: APIDescription) -> Answer {
        Answer(status: .ok, body: .bytes(description.document, contentType: "application/json"))
    }

    /// `GET /docs`: the same as a page.
    static func docs(_ description: APIDescription) -> Answer {
        var answer = Answer(status: .ok, body: .bytes(description.page, contentType: "text/html; charset=utf-8"))
        answer.contentSecurityPolicy = APIDescription.pagePolicy
        answer.headers[.crossOriginOpenerPolicy] = "same-origin"
        return answer
    }
}
