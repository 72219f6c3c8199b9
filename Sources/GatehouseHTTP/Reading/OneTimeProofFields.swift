import Gatehouse

extension RequestFields {
    /// What came of a mail: either `token`, or `email` and `code`.
    mutating func oneTimeProof() -> OneTimeProof? {
        let hasToken = contains("token")
        guard contains("email") || contains("code") else { return text("token").map(OneTimeProof.token) }
        let (email, code) = (text("email"), text("code"))
        if hasToken {
            report("token", .eitherTokenOrCode)
            _ = text("token")
            return nil
        }
        guard let email, let code else { return nil }
        return .code(code, email: email)
    }
}

extension FieldFault {
    fileprivate static let eitherTokenOrCode = FieldFault(
        code: "ambiguous", message: "Give either token, or email and code, not both.")
}
