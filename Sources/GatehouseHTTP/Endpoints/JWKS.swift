import Gatehouse
import HTTPTypes

extension Endpoints {
    /// `GET /.well-known/jwks.json`: the public keys, cacheable.
    static func jwks(_ call: Call) -> Answer {
        let etag = call.tenant.jwksETag
        var answer = Answer(status: .ok, body: .bytes(call.tenant.jwks, contentType: "application/jwk-set+json"))
        if let condition = call.headers[.ifNoneMatch], EntityTag.matches(condition, etag) {
            answer = Answer(status: .notModified, body: .none)
        }
        answer.headers[.eTag] = etag
        answer.cacheControl = "public, max-age=\(call.configuration.jwksMaxAge.components.seconds)"
        return answer
    }
}
