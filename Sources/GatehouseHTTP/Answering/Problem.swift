import Gatehouse
import HTTPTypes

/// An error as clients see it: `application/problem+json` (RFC 9457) with a stable code.
struct Problem {
    let status: HTTPResponse.Status
    let code: String
    /// A sentence a person can act on; never anything of the inside.
    let detail: String
    var errors: [FieldProblem] = []
    var headers = HTTPFields()
    /// Whether the client is to ask again over another connection, if at all.
    var endsConnection = false

    init(_ status: HTTPResponse.Status, code: String, detail: String) {
        self.status = status
        self.code = code
        self.detail = detail
    }

    func serialized(requestID: String) -> [UInt8] {
        var document: JSONObject = [
            "type": "about:blank", "title": .string(status.reasonPhrase), "status": .integer(status.code),
            "code": .string(code), "detail": .string(detail), "request_id": .string(requestID),
        ]
        if !errors.isEmpty {
            document["errors"] = .array(
                errors.map { error in
                    ["field": .string(error.field), "code": .string(error.code), "message": .string(error.message)]
                })
        }
        return JSON.object(document).serialized()
    }
}
