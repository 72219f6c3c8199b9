import Gatehouse

/// The members of a request's object, taken one by one.
///
/// Problems are collected, so that `finish` can answer all of them together; a member that nobody took is one too. What
/// is taken is nil where there is a problem, and counts only after `finish` has not thrown.
struct RequestFields {
    /// The most that one answer lists.
    static let maximumProblems = 20

    private let object: JSONObject
    /// Compares names by their code points, as a set of `String` would not.
    private var untaken: JSONObject
    private var problems: [FieldProblem] = []

    init(_ object: JSONObject) {
        self.object = object
        untaken = object
    }

    /// No members at all, as where an optional body is absent.
    static let none = RequestFields(JSONObject())

    func contains(_ name: String) -> Bool {
        object[name] != nil
    }

    mutating func report(_ name: String, _ fault: FieldFault) {
        problems.append(FieldProblem(field: name, fault: fault))
    }

    /// A text that has to be there.
    mutating func text(_ name: String) -> String? {
        take(name) { $0 }
    }

    /// A value that has to be there, made from a text.
    mutating func take<Value>(_ name: String, _ make: (String) throws(FieldFault) -> Value) -> Value? {
        guard let member = member(name) else {
            report(name, .required)
            return nil
        }
        return value(name, member, make)
    }

    /// A value that may be absent or null.
    mutating func takeIfAny<Value>(_ name: String, _ make: (String) throws(FieldFault) -> Value) -> Value? {
        guard let member = member(name), !member.isNull else { return nil }
        return value(name, member, make)
    }

    /// A change: absent keeps, null clears, a text sets.
    mutating func change<Value>(_ name: String, _ make: (String) throws(FieldFault) -> Value) -> Change<Value> {
        guard let member = member(name) else { return .keep }
        if member.isNull { return .clear }
        return value(name, member, make).map(Change.set) ?? .keep
    }

    /// One of a few words; the default when it is absent.
    mutating func choice<Value: RawRepresentable<String> & CaseIterable>(_ name: String, default: Value) -> Value {
        guard let member = member(name) else { return `default` }
        guard let text = member.stringValue, let choice = Value(rawValue: text) else {
            let words = Value.allCases.map(\.rawValue).joined(separator: ", ")
            report(name, FieldFault(code: "invalid_choice", message: "This must be one of: \(words)."))
            return `default`
        }
        return choice
    }

    /// Throws everything that is wrong with the fields, the unknown ones included.
    mutating func finish() throws(Refusal) {
        for member in untaken.members {
            report(member.name, .unknown)
        }
        guard problems.isEmpty else { throw .validationFailed(Array(problems.prefix(Self.maximumProblems))) }
    }

    private mutating func member(_ name: String) -> JSON? {
        untaken[name] = nil
        return object[name]
    }

    private mutating func value<Value>(
        _ name: String, _ member: JSON, _ make: (String) throws(FieldFault) -> Value
    ) -> Value? {
        guard let text = member.stringValue else {
            report(name, .notText)
            return nil
        }
        do throws(FieldFault) {
            return try make(text)
        } catch {
            report(name, error)
            return nil
        }
    }
}

extension FieldFault {
    static let required = FieldFault(code: "required", message: "This field is required.")
    static let unknown = FieldFault(code: "unknown_field", message: "There is no such field here.")
    static let notText = FieldFault(code: "invalid_type", message: "This must be a string.")
}
