/// Routes that want an access token.
let bearerRoutes = [
    ("GET", "/v1/me"), ("PATCH", "/v1/me"), ("GET", "/v1/verify"), ("GET", "/v1/sessions"), ("POST", "/v1/logout"),
    ("POST", "/v1/password"), ("POST", "/v1/email"), ("POST", "/v1/email/verification"), ("DELETE", "/v1/me"),
    ("DELETE", "/v1/sessions/00000000-0000-4000-8000-000000000000"),
]

/// Routes that read JSON; some of them only where a tenant lets its users sign in by mail.
let jsonRoutes = [
    ("POST", "/v1/register"), ("POST", "/v1/login"), ("POST", "/v1/refresh"), ("POST", "/v1/logout"),
    ("PATCH", "/v1/me"), ("DELETE", "/v1/me"),
    ("POST", "/v1/password"), ("POST", "/v1/password/forgot"), ("POST", "/v1/password/reset"), ("POST", "/v1/email"),
    ("POST", "/v1/email/confirm"), ("POST", "/v1/email/undo"), ("POST", "/v1/email/verification"),
    ("POST", "/v1/email/verify"), ("POST", "/v1/login/email"), ("POST", "/v1/login/email/verify"),
]

/// Every route below a tenant's path.
let everyRoute =
    bearerRoutes + [
        ("POST", "/v1/register"), ("POST", "/v1/login"), ("POST", "/v1/refresh"), ("POST", "/v1/password/forgot"),
        ("POST", "/v1/password/reset"), ("POST", "/v1/email/confirm"), ("POST", "/v1/email/undo"),
        ("POST", "/v1/email/verify"), ("POST", "/v1/login/email"),
        ("POST", "/v1/login/email/verify"), ("GET", "/.well-known/jwks.json"),
        ("GET", "/.well-known/openid-configuration"), ("POST", "/oauth2/introspect"), ("POST", "/oauth2/revoke"),
    ]
