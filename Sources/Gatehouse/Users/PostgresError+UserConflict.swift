import Postgres

extension PostgresError {
    /// The refusal behind a violated unique key of `users`, else nil.
    var userConflict: Refusal? {
        guard case .server(let error) = self, error.state == .uniqueViolation else { return nil }
        switch error.constraint {
        case "users_email_key": return .emailTaken
        case "users_username_key": return .usernameTaken
        default: return nil
        }
    }
}
