import Gatehouse

/// Writes what a schema allows: a table of an object's members, of alternatives, or of words and their meanings.
struct SchemaView {
    let api: DescribedAPI

    /// The schema with its description, in full.
    func write(_ schema: JSON?, to html: inout HTML) {
        let object = api.resolved(schema)
        if object["description"] != nil {
            html.element("p") { Prose.inline(object.string("description"), to: &$0) }
        }
        let alternatives = object.array("oneOf") + object.array("anyOf")
        if alternatives.contains(where: { $0.objectValue?["const"] != nil }) {
            words(alternatives, to: &html)
        } else if !alternatives.isEmpty {
            self.alternatives(alternatives, to: &html)
        } else if !object.object("properties").isEmpty {
            members(of: object, to: &html)
        }
    }

    /// What kind of value it is, in a few words.
    func kind(of schema: JSON?, to html: inout HTML) {
        if let name = DescribedAPI.name(ofReference: schema) {
            html.element("a", link: "#\(Self.anchor(of: name))", name)
            return
        }
        let object = schema?.objectValue ?? JSONObject()
        if let constant = object["const"] {
            html.element("code", constant.text)
        } else if let words = object["enum"]?.arrayValue {
            for (index, word) in words.enumerated() {
                if index > 0 { html.text(" or ") }
                html.element("code", word.text)
            }
        } else if object["items"] != nil {
            html.text("list of ")
            kind(of: object["items"], to: &html)
        } else if !object.array("oneOf").isEmpty {
            for (index, alternative) in object.array("oneOf").enumerated() {
                if index > 0 { html.text(" or ") }
                kind(of: alternative, to: &html)
            }
        } else {
            html.text(Self.typeName(of: object))
        }
    }

    static func anchor(of schema: String) -> String { "schema-\(schema)" }

    private func members(of schema: JSONObject, to html: inout HTML) {
        let required = schema.array("required").compactMap(\.stringValue)
        html.element("div", class: "table") { frame in
            frame.element("table") { table in
                for member in schema.object("properties").members {
                    let object = member.value.objectValue ?? JSONObject()
                    table.element("tr") { row in
                        row.element("th") { cell in
                            cell.element("code", member.name)
                            if !required.contains(member.name) { cell.element("span", class: "optional", "optional") }
                        }
                        row.element("td", class: "kind") { kind(of: member.value, to: &$0) }
                        row.element("td") { Prose.inline(Self.sentence(about: object), to: &$0) }
                    }
                }
            }
        }
    }

    private func alternatives(_ alternatives: [JSON], to html: inout HTML) {
        for alternative in alternatives {
            let object = api.resolved(alternative)
            let name = DescribedAPI.name(ofReference: alternative)
            html.element("h4") { heading in
                if let name {
                    heading.element("a", link: "#\(Self.anchor(of: name))", name)
                } else {
                    heading.text(object.string("title"))
                }
            }
            if name == nil { write(alternative, to: &html) }
        }
    }

    private func words(_ alternatives: [JSON], to html: inout HTML) {
        html.element("div", class: "table") { frame in
            frame.element("table") { table in
                for word in alternatives.compactMap(\.objectValue) {
                    let text = word.string("const")
                    table.element("tr") { row in
                        row.element("th", id: "code-\(text)") { $0.element("code", text) }
                        row.element("td") { Prose.inline(word.string("description"), to: &$0) }
                    }
                }
            }
        }
    }

    private static func typeName(of schema: JSONObject) -> String {
        let names = schema["type"]?.stringValue.map { [$0] } ?? schema.array("type").compactMap(\.stringValue)
        let formats = ["uuid": "UUID", "date-time": "time", "uri": "URL"]
        let known = formats[schema.string("format")]
        return names.map { $0 == "string" ? known ?? "text" : $0 }.joined(separator: " or ")
    }

    /// The description and the bounds.
    private static func sentence(about schema: JSONObject) -> String {
        var parts = [schema.string("description")].filter { !$0.isEmpty }
        switch (schema["minLength"]?.integerValue, schema["maxLength"]?.integerValue) {
        case (let least?, let most?): parts.append("\(least)–\(most) characters.")
        case (nil, let most?): parts.append("At most \(most) characters.")
        default: break
        }
        if let value = schema["default"] { parts.append("`\(value.stringValue ?? value.text)` unless given.") }
        return parts.joined(separator: " ")
    }
}
