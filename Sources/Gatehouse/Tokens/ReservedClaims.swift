extension AccessClaims {
    /// The claims that Gatehouse writes or reads itself.
    static let ownNames: Set<String> = [
        "iss", "sub", "aud", "exp", "iat", "nbf", "jti", "sid", "email", "email_verified", "preferred_username", "name",
    ]

    /// The names that an operator can't use for a user's own claims: Gatehouse's, and those that the IANA registry "JSON
    /// Web Token Claims" gives a meaning which a library may rely on.
    ///
    /// `roles`, `groups` and `entitlements` (RFC 9068 section 2.2.3.1) are registered too, but for exactly this use, and
    /// therefore allowed. `scope` is refused: it tells what was granted to a client, not what a user is.
    public static let reservedNames: Set<String> = ownNames.union(registeredNames).union(otherNames)

    private static let registeredNames: Set<String> = [
        // OpenID Connect Core and its extensions: the user.
        "given_name", "family_name", "middle_name", "nickname", "profile", "picture", "website", "gender", "birthdate",
        "zoneinfo", "locale", "phone_number", "phone_number_verified", "address", "updated_at", "verified_claims",
        "place_of_birth", "nationalities", "birth_family_name", "birth_given_name", "birth_middle_name", "salutation",
        "title", "msisdn", "also_known_as",
        // OpenID Connect Core: the authentication.
        "azp", "nonce", "auth_time", "at_hash", "c_hash", "s_hash", "acr", "amr", "sub_jwk", "sub_id", "events", "toe",
        "txn", "vot", "vtm", "attest",
        // OAuth 2.0: proof of possession, exchange, introspection, authorization details.
        "scope", "client_id", "cnf", "act", "may_act", "token_introspection", "authorization_details", "htm", "htu",
        "ath", "cnonce", "exi", "ace_profile", "_claim_names", "_claim_sources",
        // Telephony, certificates, entity attestation, credentials.
        "sip_from_tag", "sip_date", "sip_callid", "sip_cseq_num", "sip_via_branch", "orig", "dest", "mky", "rph",
        "origid", "div", "opt", "jcard", "at_use_nbr", "vc", "vp", "sph", "crit", "sd_hash", "_sd", "_sd_alg", "...",
        "vct", "status", "status_list", "ueid", "sueids", "oemid", "hwmodel", "hwversion", "eat_profile",
    ]

    /// Names of JWS headers and of Gatehouse's other tokens, so that no claim can pass for one.
    private static let otherNames: Set<String> = ["alg", "kid", "typ", "tid", "gen"]
}
