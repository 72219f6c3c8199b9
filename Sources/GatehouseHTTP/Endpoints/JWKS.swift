import Gatehouse
import HTTPTypes

extension Endpoints {
    /// `GET /.well-known/jwks.json`: the public keys, cacheable. Throws `keysUnavailable` while the current key can't be
    /// opened: a set without it would have apps refuse honest tokens, and keep doing so for the set's whole age.
    static func jwks(_ call: Call) throws(Refusal) -> Answer {
        guard call.tenant.accessKeys.signingKey != nil else { throw .keysUnavailable }
        let etag = call.tenant.jwksETag
        var answer = Answer(status: .ok, body: .bytes(call.tenant.jwks, contentType: "application/jwk-set+json"))
        if let condition = call.headers.text(of: .ifNoneMatch), EntityTag.matches(condition, etag) {
            answer = Answer(status: .notModified, body: .none)
        }
        answer.headers[.eTag] = etag
        answer.cacheControl = "public, max-age=\(call.configuration.jwksMaxAge.components.seconds)"
        return answer
    }
}
