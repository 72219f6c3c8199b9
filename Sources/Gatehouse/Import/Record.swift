/// Where in a file a user stands.
public struct RecordPosition: Sendable, Equatable {
    /// The line it begins on, from 1.
    public let line: Int
    /// Which user of the file it is, from 1.
    public let number: Int
}

/// A piece of a file that should describe a user, or why it can't.
struct Record<Content> {
    let line: Int
    let content: Result<Content, FieldFault>
}

extension FieldFault {
    static func malformed(_ message: String) -> FieldFault {
        FieldFault(code: "malformed", message: message)
    }

    static func longerThan(_ limit: Int) -> FieldFault {
        FieldFault(code: "too_long", message: "This is longer than \(limit / 1024) KiB.")
    }
}
