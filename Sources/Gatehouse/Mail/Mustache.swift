/// A text in mustache that has been read: what stands as it is, variables, sections and inverted sections.
///
/// No more of the language is taken, so that no wording can put what a user has typed into HTML as it stands. Values are flat, and
/// what is rendered is never read as mustache again.
struct Mustache: Sendable, Equatable {
    enum Part: Sendable, Equatable {
        case text(String)
        case variable(String)
        case section(String, [Part])
        case inverted(String, [Part])
    }

    /// What becomes of the values.
    enum Form: Sendable {
        case text
        /// They can end neither a text nor an attribute in quotes.
        case html
    }

    enum Value: Sendable, Equatable {
        case text(String)
        case number(Int)
        case flag(Bool)
    }

    let parts: [Part]

    /// Whether one of these variables is shown somewhere, in a section or outside.
    func shows(_ names: Set<String>) -> Bool { Self.shows(names, in: parts) }

    private static func shows(_ names: Set<String>, in parts: [Part]) -> Bool {
        parts.contains { part in
            switch part {
            case .text: false
            case .variable(let name): names.contains(name)
            case .section(_, let inner), .inverted(_, let inner): shows(names, in: inner)
            }
        }
    }

    /// A variable that has no value is shown as nothing. A section is shown where its variable has a value other than `false`, an inverted
    /// one where it hasn't.
    func rendered(_ values: [String: Value], as form: Form) -> String {
        var rendered = ""
        Self.render(parts, values, as: form, into: &rendered)
        return rendered
    }

    private static func render(
        _ parts: [Part], _ values: [String: Value], as form: Form, into rendered: inout String
    ) {
        for part in parts {
            switch part {
            case .text(let text): rendered += text
            case .variable(let name):
                guard let text = values[name]?.text else { continue }
                rendered += form == .html ? HTMLText.escaped(text) : text
            case .section(let name, let inner) where values[name]?.isShown ?? false:
                render(inner, values, as: form, into: &rendered)
            case .inverted(let name, let inner) where !(values[name]?.isShown ?? false):
                render(inner, values, as: form, into: &rendered)
            case .section, .inverted: break
            }
        }
    }
}

extension Mustache.Value {
    var text: String {
        switch self {
        case .text(let text): text
        case .number(let number): String(number)
        case .flag(let flag): String(flag)
        }
    }

    var isShown: Bool { self != .flag(false) }
}

extension Mustache.Value: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral {
    init(stringLiteral text: String) { self = .text(text) }
    init(integerLiteral number: Int) { self = .number(number) }
    init(booleanLiteral flag: Bool) { self = .flag(flag) }
}
