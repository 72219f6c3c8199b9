/// By what somebody signed in, as the audit trail says it.
enum SignInMethod: String {
    case password
    case emailLink = "email_link"
    case emailCode = "email_code"
}
