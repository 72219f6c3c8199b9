/// How many bytes of JSON operators may fill in an access token, so that the longest one fits into its cookie: browsers drop one without
/// a word whose name and value take more than 4,096 bytes together (RFC 6265bis).
///
/// Of these the name takes 54, with a slug of 40 characters, and of the token the header 223 where the key has a kid of 128 that needs no
/// escape, the signature 86, and two dots. Base64url makes room for 2,798 bytes of claims of what is left. Ids, times and the names of
/// claims take 256 of them, and the longest email, username and name 254, 64 and 800.
///
/// What a release before has stored, or a tenant brings that has moved, may be longer, and stays: its tokens are out.
enum ClaimBounds {
    static let issuer = 200
    /// Of a tenant that has moved: the default issuer that a release before may have made.
    static let formerIssuer = 255 + "/t/".utf8.count + TenantSlug.longest
    static let audience = 200
    /// For a user's own claims, with the braces around them.
    static let extra = 1024
}
