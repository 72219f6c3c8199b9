import Gatehouse
import HTTPTypes
import Postgres

/// The error table: every error there is, as status and code.
extension Problem {
    /// For whatever was thrown; nil when nobody foresaw it, which is `internal` and belongs in the log.
    init?(foreseen error: any Error) {
        switch error {
        case let refusal as Refusal: self.init(refusal)
        case let fault as RequestFault: self.init(fault)
        case let error as PostgresError:
            guard let refusal = Refusal(from: error) else { return nil }
            self.init(refusal)
        case is CancellationError: self.init(.overloaded(retryAfter: 1))
        default: return nil
        }
    }

    static let unforeseen = Problem(
        .internalServerError, code: "internal", detail: "Something went wrong here; the log has more under request_id.")

    /// Nil for what only administration can refuse.
    init?(_ refusal: Refusal) {
        guard let status = Self.status(of: refusal) else { return nil }
        self.init(status, code: refusal.code, detail: refusal.message)
        switch refusal {
        case .validationFailed(let problems): errors = problems
        case .weakPassword(let problem): errors = [problem]
        case .tooManyAttempts(let seconds), .overloaded(let seconds): retry(after: seconds)
        case .databaseUnavailable: retry(after: 1)
        case .keysUnavailable: retry(after: 5)
        default: break
        }
    }

    private static func status(of refusal: Refusal) -> HTTPResponse.Status? {
        switch refusal {
        case .invalidCredentials, .missingToken, .invalidToken, .tokenExpired, .refreshTokenReused, .sessionEnded,
            .invalidClient:
            .unauthorized
        case .unsupportedTokenType: .badRequest
        case .wrongCurrentPassword, .freshSignInNeeded, .emailNotVerified, .registrationClosed: .forbidden
        case .tenantNotFound, .sessionNotFound: .notFound
        case .emailTaken, .usernameTaken: .conflict
        case .validationFailed, .weakPassword: .unprocessableContent
        case .tooManyAttempts: .tooManyRequests
        case .overloaded, .databaseUnavailable, .keysUnavailable: .serviceUnavailable
        case .tenantExists, .userNotFound, .keyNotFound, .clientNotFound, .mailNotFound,
            .mailTemplateNotFound, .webhookNotFound, .webhookMessageNotFound, .guardRefused, .invalidSetting,
            .confirmationRequired, .schemaOutdated:
            nil
        }
    }

    init(_ fault: RequestFault) {
        switch fault {
        case .malformedJSON:
            self.init(.badRequest, code: "malformed_json", detail: "The body is not JSON in UTF-8.")
        case .malformedRequest(let detail):
            self.init(.badRequest, code: "malformed_request", detail: detail)
        case .unsupportedMediaType(let expected):
            self.init(
                .unsupportedMediaType, code: "unsupported_media_type",
                detail: "Send the body as Content-Type: \(expected.rawValue).")
        case .payloadTooLarge:
            self.init(
                .contentTooLarge, code: "payload_too_large",
                detail: "A body has at most 16 KiB.")
            endsConnection = true
        case .tooManyConnections:
            self.init(
                .serviceUnavailable, code: "overloaded", detail: "Too many clients are connected; try again shortly.")
            endsConnection = true
            retry(after: 1)
        case .crossSiteRequest:
            self.init(
                .forbidden, code: "cross_site_request",
                detail: "A request that relies on a cookie must come from this site or from an allowed origin.")
        case .notFound:
            self.init(.notFound, code: "not_found", detail: "There is nothing at this path.")
        case .methodNotAllowed(let allowed):
            self.init(
                .methodNotAllowed, code: "method_not_allowed", detail: "This path doesn't answer that method.")
            headers[.allow] = allowed.map(\.rawValue).joined(separator: ", ")
        }
    }

    private mutating func retry(after seconds: Int) {
        headers[.retryAfter] = String(seconds)
    }
}
