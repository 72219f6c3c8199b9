/// Entity tags (RFC 9110, section 8.8.3).
enum EntityTag {
    /// Whether an `If-None-Match` names this tag or any, by weak comparison.
    static func matches(_ condition: String, _ tag: String) -> Bool {
        if condition == tag || condition.trimmingSpaces == "*" { return true }
        return condition.split(separator: ",").contains { candidate in
            let candidate = candidate.trimmingSpaces
            return (candidate.hasPrefix("W/") ? candidate.dropFirst(2) : candidate) == tag
        }
    }
}
