import Gatehouse

/// Writes one operation: who may ask, with what, and what comes of it.
struct OperationSection {
    let api: DescribedAPI
    let schemas: SchemaView
    /// Headers that every answer has, and the page therefore doesn't repeat.
    private let common: [JSONObject.Member]

    init(_ api: DescribedAPI) {
        self.api = api
        schemas = SchemaView(api: api)
        common = api.root.object("components").object("responses").object("InternalError").object("headers").members
    }

    func write(_ operation: DescribedAPI.Operation, to html: inout HTML) {
        html.element("section", class: "operation", id: operation.id) { section in
            section.element("h3") { heading in
                Self.method(of: operation, to: &heading)
                heading.element("code", operation.path)
                heading.element("a", class: "anchor", link: "#\(operation.id)", "#")
            }
            section.element("p", class: "summary", operation.object.string("summary") + ".")
            Prose().write(operation.object.string("description"), to: &section)
            section.element("dl") { facts in
                credentials(of: operation, to: &facts)
                parameters(of: operation, to: &facts)
            }
            body(of: operation, to: &section)
            answers(of: operation, to: &section)
        }
    }

    static func method(of operation: DescribedAPI.Operation, to html: inout HTML) {
        html.element("span", class: "method", operation.method)
    }

    private func credentials(of operation: DescribedAPI.Operation, to html: inout HTML) {
        let schemes = api.root.object("components").object("securitySchemes")
        let names = operation.object.array("security").flatMap { $0.objectValue?.names ?? [] }
        guard !names.isEmpty else { return }
        html.element("dt", "Credentials")
        for name in names {
            let scheme = schemes.object(name)
            html.element("dd") { item in
                item.element("code", Self.place(of: scheme))
                item.text(" ")
                Prose.inline(scheme.string("description"), to: &item)
            }
        }
    }

    /// Where a credential is sent.
    private static func place(of scheme: JSONObject) -> String {
        switch scheme.string("scheme") {
        case "bearer": "Authorization: Bearer"
        case "basic": "Authorization: Basic"
        default: "Cookie: \(scheme.string("name"))"
        }
    }

    private func parameters(of operation: DescribedAPI.Operation, to html: inout HTML) {
        html.element("dt", "Parameters")
        for parameter in operation.parameters {
            html.element("dd") { item in
                item.element("code", parameter.string("name"))
                item.element("span", class: "optional", parameter.string("in"))
                item.text(" ")
                Prose.inline(parameter.string("description"), to: &item)
            }
        }
    }

    private func body(of operation: DescribedAPI.Operation, to html: inout HTML) {
        let body = operation.object.object("requestBody")
        for media in body.object("content").members {
            html.element("h4") { heading in
                heading.text("Body ")
                heading.element("code", media.name)
                if body["required"]?.boolValue != true { heading.element("span", class: "optional", "optional") }
            }
            if body["description"] != nil {
                html.element("p") { Prose.inline(body.string("description"), to: &$0) }
            }
            schemas.write(media.value.objectValue?["schema"], to: &html)
            examples(in: media.value, to: &html)
        }
    }

    private func answers(of operation: DescribedAPI.Operation, to html: inout HTML) {
        let answers = operation.object.object("responses").members.map { ($0.name, api.resolved($0.value)) }
        for (status, answer) in answers where Self.isGood(status) {
            html.element("h4") { heading in
                heading.element("span", class: "status", status)
                Prose.inline(answer.string("description"), to: &heading)
            }
            headers(of: answer, to: &html)
            for media in answer.object("content").members {
                html.element("p") { line in
                    line.element("code", media.name)
                    line.text(" ")
                    schemas.kind(of: media.value.objectValue?["schema"], to: &line)
                }
                examples(in: media.value, to: &html)
            }
        }
        errors(answers.filter { !Self.isGood($0.0) }, to: &html)
    }

    private func headers(of answer: JSONObject, to html: inout HTML) {
        let own = answer.object("headers").members.filter { !common.contains($0) }
        guard !own.isEmpty else { return }
        html.element("dl") { list in
            for header in own {
                list.element("dt") { $0.element("code", header.name) }
                list.element("dd") { Prose.inline(api.resolved(header.value).string("description"), to: &$0) }
            }
        }
    }

    private func errors(_ answers: [(status: String, answer: JSONObject)], to html: inout HTML) {
        guard !answers.isEmpty else { return }
        html.element("h4", "Errors")
        html.element("div", class: "table") { frame in
            frame.element("table") { table in
                for (status, answer) in answers {
                    table.element("tr") { row in
                        row.element("th") { $0.element("span", class: "status", status) }
                        row.element("td", class: "kind") { cell in
                            for code in codes(in: answer) {
                                cell.element("a", link: "#code-\(code)") { $0.element("code", code) }
                                cell.text(" ")
                            }
                        }
                        row.element("td") { Prose.inline(answer.string("description"), to: &$0) }
                    }
                }
            }
        }
    }

    /// The codes that a problem's schema allows.
    private func codes(in answer: JSONObject) -> [String] {
        let schemas = answer.object("content").members.flatMap {
            $0.value.objectValue?.object("schema").array("allOf") ?? []
        }
        return schemas.flatMap { schema in
            let properties = schema.objectValue?.object("properties") ?? JSONObject()
            return (properties.object("code").array("enum") + properties.object("error").array("enum"))
                .compactMap(\.stringValue)
        }
    }

    private func examples(in media: JSON, to html: inout HTML) {
        let media = media.objectValue ?? JSONObject()
        if let example = media["example"] { Self.example(example, titled: "Example", to: &html) }
        for member in media.object("examples").members {
            let example = member.value.objectValue ?? JSONObject()
            Self.example(example["value"] ?? .null, titled: example.string("summary"), to: &html)
        }
    }

    private static func example(_ value: JSON, titled title: String, to html: inout HTML) {
        html.element("details") { details in
            details.element("summary", title)
            details.element("pre") { $0.element("code", value.stringValue ?? value.indented()) }
        }
    }

    private static func isGood(_ status: String) -> Bool {
        status.hasPrefix("2") || status.hasPrefix("3")
    }
}
