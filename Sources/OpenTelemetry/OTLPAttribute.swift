import Tracing

extension OTLPDocument {
    /// `KeyValue` of OTLP.
    struct Attribute: Encodable {
        let key: String
        let value: Value

        /// In order of their names, so that equal spans are equal text.
        static func list(_ attributes: SpanAttributes) -> [Attribute] {
            var list: [Attribute] = []
            attributes.forEach { list.append(Attribute(key: $0, value: Value($1))) }
            return list.sorted { $0.key < $1.key }
        }
    }

    /// `AnyValue` of OTLP.
    enum Value: Encodable {
        case string(String)
        case bool(Bool)
        case integer(Int64)
        case double(Double)
        case array([Value])

        init(_ attribute: SpanAttribute) {
            switch attribute {
            case .int32(let number): self = .integer(Int64(number))
            case .int64(let number): self = .integer(number)
            case .double(let number): self = Self.finite(number)
            case .bool(let flag): self = .bool(flag)
            case .string(let text): self = .string(text)
            case .stringConvertible(let value): self = .string("\(value)")
            case .int32Array(let numbers): self = .array(numbers.map { .integer(Int64($0)) })
            case .int64Array(let numbers): self = .array(numbers.map { .integer($0) })
            case .doubleArray(let numbers): self = .array(numbers.map(Self.finite))
            case .boolArray(let flags): self = .array(flags.map { .bool($0) })
            case .stringArray(let texts): self = .array(texts.map { .string($0) })
            case .stringConvertibleArray(let values): self = .array(values.map { .string("\($0)") })
            default: self = .string("")
            }
        }

        /// JSON has no number for the others.
        private static func finite(_ number: Double) -> Value {
            number.isFinite ? .double(number) : .string("\(number)")
        }

        private enum Key: CodingKey {
            case stringValue, boolValue, intValue, doubleValue, arrayValue
        }

        private struct List: Encodable {
            let values: [Value]
        }

        func encode(to encoder: any Encoder) throws {
            var members = encoder.container(keyedBy: Key.self)
            switch self {
            case .string(let text): try members.encode(text, forKey: .stringValue)
            case .bool(let flag): try members.encode(flag, forKey: .boolValue)
            case .integer(let number): try members.encode(String(number), forKey: .intValue)
            case .double(let number): try members.encode(number, forKey: .doubleValue)
            case .array(let values): try members.encode(List(values: values), forKey: .arrayValue)
            }
        }
    }
}
