import FoundationEssentials
import Gatehouse
import HTTPTypes
import Testing

@testable import GatehouseHTTP

@Suite struct AnswerTests {
    @Test(arguments: [
        (0, "2001-01-01T00:00:00.000000Z"), (-978_307_200, "1970-01-01T00:00:00.000000Z"),
        (817_158_082.123456, "2026-11-23T20:21:22.123456Z"), (-978_307_200.000001, "1969-12-31T23:59:59.999999Z"),
        (730_943_999.9999999, "2024-03-01T00:00:00.000000Z"), (730_900_000, "2024-02-29T11:46:40.000000Z"),
        (-31_622_400, "2000-01-01T00:00:00.000000Z"), (3_124_137_599, "2099-12-31T23:59:59.000000Z"),
    ])
    func `Times are RFC 3339 in UTC with microseconds`(reference: Double, expected: String) {
        #expect(RFC3339.format(Date(timeIntervalSinceReferenceDate: reference)) == expected)
    }

    @Test func `A problem has the members of the contract`() throws {
        let problem = try #require(
            Problem(Refusal.validationFailed([FieldProblem(field: "email", code: "invalid_format", message: "No.")])))
        let document = try #require(try JSON.parse(problem.serialized(requestID: "r")).objectValue)
        #expect(document.names == ["type", "title", "status", "code", "detail", "request_id", "errors"])
        #expect(document["status"] == 422)
        #expect(document["title"] == "Unprocessable Content")
        #expect(document["request_id"] == "r")
        #expect(document["errors"] == [["field": "email", "code": "invalid_format", "message": "No."]])
    }

    @Test(arguments: [
        (Refusal.invalidCredentials, 401, "invalid_credentials"), (.missingToken, 401, "missing_token"),
        (.invalidToken, 401, "invalid_token"), (.tokenExpired, 401, "token_expired"),
        (.refreshTokenReused, 401, "refresh_token_reused"), (.sessionEnded, 401, "session_ended"),
        (.registrationClosed, 403, "registration_closed"), (.wrongCurrentPassword, 403, "invalid_credentials"),
        (.tenantNotFound, 404, "tenant_not_found"), (.sessionNotFound, 404, "session_not_found"),
        (.emailTaken, 409, "email_taken"), (.usernameTaken, 409, "username_taken"),
        (.validationFailed([]), 422, "validation_failed"),
        (.weakPassword(FieldProblem(field: "password", code: "guessable", message: "")), 422, "weak_password"),
        (.tooManyAttempts(retryAfter: 7), 429, "too_many_attempts"), (.overloaded(retryAfter: 7), 503, "overloaded"),
        (.databaseUnavailable, 503, "database_unavailable"), (.keysUnavailable, 503, "keys_unavailable"),
        (.invalidClient, 401, "invalid_client"), (.unsupportedTokenType, 400, "unsupported_token_type"),
    ])
    func `Every refusal has its row`(refusal: Refusal, status: Int, code: String) throws {
        let problem = try #require(Problem(foreseen: refusal))
        #expect(problem.status.code == status)
        #expect(problem.code == code)
        #expect((problem.headers[.retryAfter] != nil) == [429, 503].contains(status))
    }

    @Test(arguments: [
        (RequestFault.malformedJSON, 400, "malformed_json"), (.malformedRequest(""), 400, "malformed_request"),
        (.crossSiteRequest, 403, "cross_site_request"), (.notFound, 404, "not_found"),
        (.methodNotAllowed(allowed: [.get]), 405, "method_not_allowed"), (.payloadTooLarge, 413, "payload_too_large"),
        (.unsupportedMediaType(expected: .json), 415, "unsupported_media_type"),
    ])
    func `Every fault of a request has its row`(fault: RequestFault, status: Int, code: String) {
        let problem = Problem(fault)
        #expect(problem.status.code == status)
        #expect(problem.code == code)
    }

    @Test func `What only administration refuses is unforeseen here`() {
        #expect(Problem(foreseen: Refusal.guardRefused("no")) == nil)
        #expect(Problem(foreseen: Refusal.keyNotFound) == nil)
        #expect(Problem(foreseen: Refusal.clientNotFound) == nil)
    }
}
