import FoundationEssentials

/// The formats of texts that the description names.
enum TextFormat {
    /// Nil for a format that isn't known here.
    static func isMet(_ format: String, by text: String) -> Bool? {
        switch format {
        case "uuid": UUID(uuidString: text) != nil
        case "date-time":
            Pattern.matches(#"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?Z$"#, text)
        case "uri": Pattern.matches("^https?://[^/ ]+(/[^ ]*)?$", text)
        // Says how a form shows the field.
        case "password": true
        default: nil
        }
    }
}
