import Gatehouse

extension JSON {
    /// The value on several lines, for people.
    func indented(by depth: Int = 0) -> String {
        let margin = String(repeating: "  ", count: depth + 1)
        let end = "\n" + String(repeating: "  ", count: depth)
        switch self {
        case .object(let object) where !object.isEmpty:
            let lines = object.members.map { member in
                "\(margin)\(JSON.string(member.name).text): \(member.value.indented(by: depth + 1))"
            }
            return "{\n" + lines.joined(separator: ",\n") + end + "}"
        case .array(let elements) where elements.contains { $0.objectValue != nil || $0.arrayValue != nil }:
            let lines = elements.map { margin + $0.indented(by: depth + 1) }
            return "[\n" + lines.joined(separator: ",\n") + end + "]"
        default:
            return text
        }
    }
}
