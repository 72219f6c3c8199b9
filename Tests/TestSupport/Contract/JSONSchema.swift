public import Gatehouse

/// JSON Schema 2020-12, as much of it as the API's description uses. A keyword it doesn't know is a violation, so that
/// nothing is believed to be checked that isn't.
public struct JSONSchema {
    /// The document that references lead into.
    let root: JSONObject

    public init(root: JSONObject) {
        self.root = root
    }

    /// What is wrong with a value, each as a sentence that begins with where it is; none when it conforms.
    public func violations(of value: JSON, by schema: JSON, at place: String = "$") -> [String] {
        switch schema {
        case .bool(true): return []
        case .object(let schema):
            return schema.members.flatMap { violations(of: value, by: $0.name, $0.value, in: schema, at: place) }
        default: return ["\(place): nothing is allowed here"]
        }
    }

    /// What a reference such as `#/components/schemas/User` names.
    public func resolved(_ reference: String) -> JSON? {
        guard reference.hasPrefix("#/") else { return nil }
        return reference.dropFirst(2).split(separator: "/").reduce(.object(root) as JSON?) { found, part in
            let name = part.replacing("~1", with: "/").replacing("~0", with: "~")
            return found?.objectValue?[String(name)]
        }
    }

    private func violations(
        of value: JSON, by keyword: String, _ argument: JSON, in schema: JSONObject, at place: String
    ) -> [String] {
        switch keyword {
        case "description", "title", "example", "examples", "default": []
        case "$ref":
            resolved(argument.stringValue ?? "").map { violations(of: value, by: $0, at: place) }
                ?? ["\(place): nothing is at \(argument.text)"]
        case "type": Self.check(Self.types(argument).contains { Self.isOf($0, value) }, place, value, "is no", argument)
        case "const": Self.check(value == argument, place, value, "is not", argument)
        case "enum":
            Self.check(argument.arrayValue?.contains(value) == true, place, value, "is none of", argument)
        case "allOf": (argument.arrayValue ?? []).flatMap { violations(of: value, by: $0, at: place) }
        case "anyOf": alternatives(value, argument, at: place) { $0 >= 1 }
        case "oneOf": alternatives(value, argument, at: place) { $0 == 1 }
        case "properties", "required", "additionalProperties":
            value.objectValue.map { members(of: $0, by: keyword, argument, in: schema, at: place) } ?? []
        case "items", "minItems", "maxItems":
            value.arrayValue.map { elements(of: $0, by: keyword, argument, at: place) } ?? []
        case "minLength", "maxLength", "pattern", "format":
            value.stringValue.map { Self.text($0, by: keyword, argument, at: place) } ?? []
        case "minimum", "maximum":
            value.integerValue.map { Self.number($0, by: keyword, argument, at: place) } ?? []
        default: ["\(place): the keyword \(keyword) is not checked here"]
        }
    }

    private func alternatives(
        _ value: JSON, _ argument: JSON, at place: String, _ isRight: (Int) -> Bool
    ) -> [String] {
        let results = (argument.arrayValue ?? []).map { violations(of: value, by: $0, at: place) }
        let fitting = results.count { $0.isEmpty }
        if isRight(fitting) { return [] }
        guard fitting == 0 else { return ["\(place): \(fitting) alternatives fit \(value.text)"] }
        let closest = results.min { $0.count < $1.count } ?? []
        return ["\(place): no alternative fits \(value.text)"] + closest
    }

    private func members(
        of object: JSONObject, by keyword: String, _ argument: JSON, in schema: JSONObject, at place: String
    ) -> [String] {
        let described = schema["properties"]?.objectValue ?? JSONObject()
        switch keyword {
        case "required":
            return (argument.arrayValue ?? []).compactMap(\.stringValue).filter { object[$0] == nil }
                .map { "\(place): \($0) is missing" }
        case "properties":
            return described.members.flatMap { member in
                object[member.name].map { violations(of: $0, by: member.value, at: "\(place).\(member.name)") } ?? []
            }
        default:
            return object.members.filter { described[$0.name] == nil }.flatMap { member in
                violations(of: member.value, by: argument, at: "\(place).\(member.name)")
            }
        }
    }

    private func elements(of array: [JSON], by keyword: String, _ argument: JSON, at place: String) -> [String] {
        switch keyword {
        case "minItems": Self.number(array.count, by: "minimum", argument, at: "\(place).count")
        case "maxItems": Self.number(array.count, by: "maximum", argument, at: "\(place).count")
        default:
            array.enumerated().flatMap { index, element in
                violations(of: element, by: argument, at: "\(place)[\(index)]")
            }
        }
    }
}

extension JSONSchema {
    private static func check(
        _ holds: Bool, _ place: String, _ value: JSON, _ verb: String, _ argument: JSON
    ) -> [String] {
        holds ? [] : ["\(place): \(value.text) \(verb) \(argument.text)"]
    }

    private static func types(_ argument: JSON) -> [String] {
        argument.stringValue.map { [$0] } ?? (argument.arrayValue ?? []).compactMap(\.stringValue)
    }

    private static func isOf(_ type: String, _ value: JSON) -> Bool {
        switch (type, value) {
        case ("null", .null), ("boolean", .bool), ("number", .number), ("string", .string), ("array", .array),
            ("object", .object):
            true
        case ("integer", .number(let number)): number.integer != nil
        default: false
        }
    }

    private static func number(_ value: Int, by keyword: String, _ argument: JSON, at place: String) -> [String] {
        let bound = argument.integerValue
        let holds = bound.map { keyword == "minimum" ? value >= $0 : value <= $0 } ?? false
        return check(holds, place, .integer(value), "exceeds the \(keyword)", argument)
    }

    /// Lengths are counted in code points.
    private static func text(_ text: String, by keyword: String, _ argument: JSON, at place: String) -> [String] {
        switch keyword {
        case "minLength": number(text.unicodeScalars.count, by: "minimum", argument, at: "\(place).length")
        case "maxLength": number(text.unicodeScalars.count, by: "maximum", argument, at: "\(place).length")
        case "pattern":
            check(Pattern.matches(argument.stringValue ?? "", text), place, .string(text), "doesn't match", argument)
        default:
            switch TextFormat.isMet(argument.stringValue ?? "", by: text) {
            case .some(let isMet): check(isMet, place, .string(text), "is no", argument)
            case nil: ["\(place): the format \(argument.text) is not checked here"]
            }
        }
    }
}
