/// What an operator changes of an account. What isn't given stays as it is.
public struct UserChange: Sendable {
    let email: EmailAddress?
    let username: Change<Username>
    let name: Change<DisplayName>
    let isVerified: Bool?
    let password: Password?

    /// Throws `validationFailed` with everything that is wrong.
    ///
    /// - Parameter verified: Whether the address that the account has afterwards is known to be the user's.
    public init(
        email: String? = nil, username: Change<String> = .keep, name: Change<String> = .keep, verified: Bool? = nil,
        password: Password? = nil
    ) throws(Refusal) {
        var problems: [FieldProblem] = []
        func checked<Value: Sendable>(
            _ field: String, _ change: Change<String>, _ make: (String) throws(FieldFault) -> Value
        ) -> Change<Value> {
            switch change {
            case .keep: return .keep
            case .clear: return .clear
            case .set(let text):
                do throws(FieldFault) {
                    return .set(try make(text))
                } catch {
                    problems.append(FieldProblem(field: field, fault: error))
                    return .keep
                }
            }
        }
        let address: Change<String> = if let email { .set(email) } else { .keep }
        self.email = checked("email", address, EmailAddress.init).value
        self.username = checked("username", username, Username.init)
        self.name = checked("name", name, DisplayName.init)
        isVerified = verified
        self.password = password
        guard problems.isEmpty else { throw .validationFailed(problems) }
    }
}
