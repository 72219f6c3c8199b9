import FoundationEssentials

/// A user as a file describes them, before any of it is checked: the hash of their password may be one still in plain sight.
struct UserDraft: Sendable, Equatable, Redacted {
    /// Taken over where it is a UUID, so that what an app has stored goes on to mean the same user.
    var id: UUID?
    var email: String?
    var username: String?
    var name: String?
    var isVerified = false
    var isDisabled = false
    var claims: JSONObject?
    var createdAt: Date?
    /// In a form that `PasswordHash.importing` knows; nil for who has no password.
    var passwordHash: String?
}

/// The members of a JSON object as a draft takes them; what is wrong with any of them is said in the end.
struct DraftMembers {
    private let object: JSONObject
    private(set) var problems: [FieldProblem] = []

    init(_ object: JSONObject) {
        self.object = object
    }

    /// Throws `malformed` where the text isn't one JSON object.
    init(parsing text: [UInt8]) throws(Refusal) {
        guard let object = (try? JSON.parse(text))?.objectValue else {
            throw .record(.malformed("This is no JSON object, or one in which a member stands twice."))
        }
        self.init(object)
    }

    var names: [String] { object.names }

    mutating func text(_ name: String) -> String? { value(name, \.stringValue, "a string") }
    mutating func bool(_ name: String) -> Bool? { value(name, \.boolValue, "true or false") }
    mutating func integer(_ name: String) -> Int? { value(name, \.integerValue, "a whole number") }
    mutating func object(_ name: String) -> JSONObject? { value(name, \.objectValue, "an object") }
    mutating func array(_ name: String) -> [JSON]? { value(name, \.arrayValue, "an array") }

    /// A text that is read further: nil where it is missing, or is refused.
    mutating func read<Value>(
        _ name: String, _ read: (String) throws(FieldFault) -> Value?
    ) -> Value? {
        guard let text = text(name) else { return nil }
        do throws(FieldFault) {
            return try read(text)
        } catch {
            report(name, error)
            return nil
        }
    }

    mutating func report(_ name: String, _ fault: FieldFault) {
        problems.append(FieldProblem(field: name, fault: fault))
    }

    /// Null is no value, as if the member weren't there.
    private mutating func value<Value>(
        _ name: String, _ convert: (JSON) -> Value?, _ description: String
    ) -> Value? {
        guard let value = object[name], !value.isNull else { return nil }
        guard let converted = convert(value) else {
            report(name, FieldFault(code: "invalid_type", message: "This must be \(description)."))
            return nil
        }
        return converted
    }

    func throwProblems() throws(Refusal) {
        if !problems.isEmpty { throw .validationFailed(problems) }
    }
}

extension Refusal {
    /// What is wrong with a record as a whole.
    static func record(_ fault: FieldFault) -> Refusal {
        .validationFailed([FieldProblem(field: "", fault: fault)])
    }
}

extension FieldFault {
    static let invalidTime = FieldFault(
        code: "invalid_format", message: "This must be a time with its zone, such as 2026-03-01T09:30:00Z.")
}
