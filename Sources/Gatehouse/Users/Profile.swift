/// The fields of a user as an operator or a file gives them, checked together.
struct Profile {
    let email: EmailAddress
    let username: Username?
    let name: DisplayName?

    init(email: String, username: String?, name: String?) throws(Refusal) {
        var problems: [FieldProblem] = []
        func checked<Value>(_ field: String, _ text: String?, _ make: (String) throws(FieldFault) -> Value) -> Value? {
            guard let text else { return nil }
            do throws(FieldFault) {
                return try make(text)
            } catch {
                problems.append(FieldProblem(field: field, fault: error))
                return nil
            }
        }
        let address = checked("email", email, EmailAddress.init)
        self.username = checked("username", username, Username.init)
        self.name = checked("name", name, DisplayName.init)
        guard let address, problems.isEmpty else { throw .validationFailed(problems) }
        self.email = address
    }
}
