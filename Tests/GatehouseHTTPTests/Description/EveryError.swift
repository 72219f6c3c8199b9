import Gatehouse

@testable import GatehouseHTTP

/// One refusal of every case. A new case doesn't compile before it has a place in this chain.
let everyRefusal: [Refusal] = Array(sequence(first: .validationFailed([])) { successor(of: $0) })

/// One fault of every case.
let everyFault: [RequestFault] = Array(sequence(first: .malformedJSON) { successor(of: $0) })

private func successor(of refusal: Refusal) -> Refusal? {
    switch refusal {
    case .validationFailed: .weakPassword(FieldProblem(field: "password", code: "too_short", message: ""))
    case .weakPassword: .invalidCredentials
    case .invalidCredentials: .wrongCurrentPassword
    case .wrongCurrentPassword: .freshSignInNeeded
    case .freshSignInNeeded: .emailNotVerified
    case .emailNotVerified: .missingToken
    case .missingToken: .invalidToken
    case .invalidToken: .tokenExpired
    case .tokenExpired: .refreshTokenReused
    case .refreshTokenReused: .sessionEnded
    case .sessionEnded: .registrationClosed
    case .registrationClosed: .tenantNotFound
    case .tenantNotFound: .sessionNotFound
    case .sessionNotFound: .emailTaken
    case .emailTaken: .usernameTaken
    case .usernameTaken: .tooManyAttempts(retryAfter: 1)
    case .tooManyAttempts: .overloaded(retryAfter: 1)
    case .overloaded: .databaseUnavailable
    case .databaseUnavailable: .keysUnavailable
    case .keysUnavailable: .invalidClient
    case .invalidClient: .unsupportedTokenType
    case .unsupportedTokenType: .tenantExists
    case .tenantExists: .userNotFound
    case .userNotFound: .keyNotFound
    case .keyNotFound: .clientNotFound
    case .clientNotFound: .mailNotFound
    case .mailNotFound: .webhookNotFound
    case .webhookNotFound: .webhookMessageNotFound
    case .webhookMessageNotFound: .mailTemplateNotFound
    case .mailTemplateNotFound: .guardRefused("")
    case .guardRefused: .invalidSetting("")
    case .invalidSetting: .confirmationRequired("")
    case .confirmationRequired: .schemaOutdated("")
    case .schemaOutdated: nil
    }
}

private func successor(of fault: RequestFault) -> RequestFault? {
    switch fault {
    case .malformedJSON: .malformedRequest("")
    case .malformedRequest: .unsupportedMediaType(expected: .json)
    case .unsupportedMediaType: .payloadTooLarge
    case .payloadTooLarge: .crossSiteRequest
    case .crossSiteRequest: .tooManyConnections
    case .tooManyConnections: .notFound
    case .notFound: .methodNotAllowed(allowed: [])
    case .methodNotAllowed: nil
    }
}
