import Gatehouse

/// HTML that is being written. Markup comes from literals of this module only; every other text is escaped.
struct HTML {
    private(set) var source = ""

    /// Markup as it stands.
    mutating func markup(_ literal: StaticString) {
        source += literal.description
    }

    mutating func text(_ text: String) {
        source += HTMLText.escaped(text)
    }

    /// A style sheet of this module's, byte for byte as the page's policy has hashed it.
    mutating func styleSheet(_ css: [UInt8]) {
        source += String(decoding: css, as: UTF8.self)
    }

    /// An element around what `content` writes.
    mutating func element(
        _ name: StaticString, class style: StaticString? = nil, id: String? = nil, link: String? = nil,
        _ content: (inout HTML) -> Void
    ) {
        source += "<\(name)"
        if let style { source += " class=\"\(style)\"" }
        if let id { source += " id=\"\(HTMLText.escaped(id))\"" }
        if let link { source += " href=\"\(HTMLText.escaped(link))\"" }
        source += ">"
        content(&self)
        source += "</\(name)>"
    }

    /// An element around a text.
    mutating func element(
        _ name: StaticString, class style: StaticString? = nil, id: String? = nil, link: String? = nil, _ text: String
    ) {
        element(name, class: style, id: id, link: link) { $0.text(text) }
    }
}
