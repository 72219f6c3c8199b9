/// What a file of users is written in.
public enum ImportFormat: String, Sendable, CaseIterable {
    /// A JSON object a line, with the members of `CommonFields`.
    case jsonl
    /// The same as RFC 4180 writes it, the first line naming the columns.
    case csv
    /// The table `auth.users` of Supabase as CSV with a header.
    case supabase
    /// A realm's export of Keycloak, with its users.
    case keycloak
    /// An export of Auth0: a JSON object a line.
    case auth0
    /// What `firebase auth:export --format=json` writes.
    case firebase

    /// What the end of a file's name says; nil where that says nothing, as of `.json`.
    public init?(ofFile name: String) {
        switch name.split(separator: ".").last?.lowercased() {
        case "jsonl", "ndjson": self = .jsonl
        case "csv": self = .csv
        default: return nil
        }
    }
}
