/// Why a text isn't taken, and the line in which the tag that it is about begins, counted from 1.
struct MustacheFault: Error, Equatable, CustomStringConvertible {
    enum Reason: Equatable {
        case unclosed
        case notTaken(String)
        case noEnd(String)
        case noBeginning(String)
        case otherEnd(String, expected: String)
        case tooDeep
        case unknown(String, known: [String])
    }

    let reason: Reason
    let line: Int

    var description: String { "line \(line): \(reason.sentence)" }
}

extension MustacheFault.Reason {
    fileprivate var sentence: String {
        switch self {
        case .unclosed: "a tag that begins with {{ isn't closed by }}."
        case .notTaken(let tag):
            "\(Self.excerpt(tag)) is none of the tags that are taken: {{name}}, {{#name}}…{{/name}}, {{^name}}…{{/name}} and "
                + "{{! comment }}, with names of letters, digits, - and _."
        case .noEnd(let name): "the section \(name) isn't closed by {{/\(name)}}."
        case .noBeginning(let name): "{{/\(name)}} closes a section that isn't open."
        case .otherEnd(let name, let expected): "{{/\(name)}} stands where {{/\(expected)}} has to come first."
        case .tooDeep: "sections nest too deep."
        case .unknown(let name, let known):
            "there is no variable \(Self.excerpt(name)). Those there are: \(known.joined(separator: ", "))."
        }
    }

    /// Short and printable, whatever stands there.
    private static func excerpt(_ tag: String) -> String {
        let scalars = tag.unicodeScalars
        let printable = scalars.prefix(40).map { $0.properties.generalCategory == .control ? " " : Character($0) }
        return String(printable) + (scalars.count > 40 ? "…" : "")
    }
}
