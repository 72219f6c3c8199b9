import Gatehouse
import HTTPTypes

/// Every route of the public listener.
extension RouteTable {
    static func gatehouse(_ description: APIDescription) -> RouteTable {
        RouteTable([
            Route(.get, "/healthz", untenanted: Endpoints.health),
            Route(.get, "/openapi.json", untenanted: { Endpoints.openAPI(description) }),
            Route(.get, "/docs", untenanted: { Endpoints.docs(description) }),

            Route(.post, "/t/{tenant}/v1/register", Endpoints.register),
            Route(.post, "/t/{tenant}/v1/login", Endpoints.logIn),
            Route(.post, "/t/{tenant}/v1/refresh", Endpoints.refresh),
            Route(.post, "/t/{tenant}/v1/logout", expectsBearer: true, Endpoints.logOut),
            Route(.get, "/t/{tenant}/v1/me", expectsBearer: true, Endpoints.showMe),
            Route(.patch, "/t/{tenant}/v1/me", expectsBearer: true, Endpoints.updateMe),
            Route(.delete, "/t/{tenant}/v1/me", expectsBearer: true, Endpoints.deleteMe),
            Route(.post, "/t/{tenant}/v1/password", expectsBearer: true, Endpoints.changePassword),
            Route(.post, "/t/{tenant}/v1/password/forgot", Endpoints.forgotPassword),
            Route(.post, "/t/{tenant}/v1/password/reset", Endpoints.resetPassword),
            Route(.post, "/t/{tenant}/v1/email", expectsBearer: true, Endpoints.changeEmail),
            Route(.post, "/t/{tenant}/v1/email/confirm", Endpoints.confirmEmail),
            Route(.post, "/t/{tenant}/v1/email/undo", Endpoints.undoEmailChange),
            Route(.post, "/t/{tenant}/v1/email/verification", expectsBearer: true, Endpoints.sendVerification),
            Route(.post, "/t/{tenant}/v1/email/verify", Endpoints.verifyEmail),
            Route(.post, "/t/{tenant}/v1/login/email", Endpoints.sendLogInMail),
            Route(.post, "/t/{tenant}/v1/login/email/verify", Endpoints.logInByMail),
            Route(.get, "/t/{tenant}/v1/sessions", expectsBearer: true, Endpoints.listSessions),
            Route(.delete, "/t/{tenant}/v1/sessions/{id}", expectsBearer: true, Endpoints.endSession),
            Route(.get, "/t/{tenant}/v1/verify", expectsBearer: true, Endpoints.verify),

            Route(.post, "/t/{tenant}/oauth2/introspect", Endpoints.introspect),
            Route(.post, "/t/{tenant}/oauth2/revoke", Endpoints.revoke),

            Route(.get, "/t/{tenant}/.well-known/jwks.json", Endpoints.jwks),
            Route(.get, "/t/{tenant}/.well-known/openid-configuration", Endpoints.discovery),
            Route(.get, "/.well-known/oauth-authorization-server/t/{tenant}", Endpoints.discovery),
        ])
    }
}

/// Every route of the operations listener.
extension RouteTable {
    static func operations(readiness: Readiness, metrics: @escaping @Sendable () async -> String) -> RouteTable {
        RouteTable([
            Route(.get, "/healthz", untenanted: Endpoints.health),
            Route(.get, "/readyz", untenanted: { await Endpoints.readiness(readiness) }),
            Route(.get, "/metrics", untenanted: { await Endpoints.metrics(metrics) }),
        ])
    }
}

/// A function for every route, each in its own file.
enum Endpoints {}
