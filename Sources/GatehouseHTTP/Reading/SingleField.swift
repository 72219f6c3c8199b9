import HTTPTypes

/// How often a field is in a head, with its value where it is there once.
enum SingleField: Equatable {
    case absent
    case once(String)
    case repeated

    /// Looks through the head once, and joins nothing.
    init(_ name: HTTPField.Name, in headers: HTTPFields) {
        self = .absent
        for field in headers where field.name == name {
            guard self == .absent else {
                self = .repeated
                return
            }
            self = .once(field.value)
        }
    }

    /// Nil where it is absent or repeated.
    var value: String? {
        if case .once(let value) = self { value } else { nil }
    }
}

extension HTTPFields {
    /// As the subscript, but without a copy of a field that is there once; those that are there more often are joined.
    func text(of name: HTTPField.Name) -> String? {
        switch SingleField(name, in: self) {
        case .absent: nil
        case .once(let value): value
        case .repeated: self[name]
        }
    }
}
