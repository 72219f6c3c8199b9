/// What a request asks of one field: leave it, clear it, or give it a value.
public enum Change<Value: Sendable>: Sendable {
    case keep
    case clear
    case set(Value)

    var isChange: Bool {
        if case .keep = self { false } else { true }
    }

    var value: Value? {
        if case .set(let value) = self { value } else { nil }
    }
}
