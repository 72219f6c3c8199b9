import Gatehouse

/// The page at `/docs`: an OpenAPI description as plain HTML, which needs no script and nothing from elsewhere.
struct DescriptionPage {
    let api: DescribedAPI
    /// Where the service is reached.
    let server: String
    let style: [UInt8]

    init(_ api: DescribedAPI, server: String, style: [UInt8]) {
        self.api = api
        self.server = server
        self.style = style
    }

    func html() -> [UInt8] {
        let info = api.root.object("info")
        var page = HTML()
        page.markup("<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\">")
        page.markup("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">")
        page.markup("<meta name=\"color-scheme\" content=\"light dark\">")
        page.element("title", "\(info.string("title")): the HTTP API")
        page.markup("<style>")
        page.styleSheet(style)
        page.markup("</style></head><body>")
        page.element("header") { header(info, to: &$0) }
        page.element("nav") { contents(info, to: &$0) }
        page.element("main") { main in
            Prose(anchors: true).write(info.string("description"), to: &main)
            operations(to: &main)
            schemas(to: &main)
        }
        page.markup("</body></html>")
        return Array(page.source.utf8)
    }

    private func header(_ info: JSONObject, to html: inout HTML) {
        html.element("h1", info.string("title"))
        html.element("p", info.string("summary"))
        html.element("p") { line in
            line.element("code", server)
            line.text(" · OpenAPI \(api.root.string("openapi")) in ")
            line.element("a", link: "/openapi.json", "/openapi.json")
        }
    }

    private var tags: [JSONObject] { api.root.array("tags").compactMap(\.objectValue) }

    private func operations(of tag: JSONObject) -> [DescribedAPI.Operation] {
        api.operations.filter { $0.tags.contains(tag.string("name")) }
    }

    private func contents(_ info: JSONObject, to html: inout HTML) {
        html.element("ul") { list in
            for title in Prose.headings(in: info.string("description")) {
                list.element("li") { $0.element("a", link: "#\(Prose.anchor(of: title))", title) }
            }
        }
        for tag in tags {
            html.element("h2", tag.string("name"))
            html.element("ul") { list in
                for operation in operations(of: tag) {
                    list.element("li") { item in
                        item.element("a", link: "#\(operation.id)") { link in
                            OperationSection.method(of: operation, to: &link)
                            link.text(Self.short(operation.path))
                        }
                    }
                }
            }
        }
        html.element("h2") { $0.element("a", link: "#schemas", "Schemas") }
    }

    /// The path without what all of a tenant's routes begin with.
    private static func short(_ path: String) -> String {
        let prefix = "/t/{tenant}"
        return path.hasPrefix(prefix) ? String(path.dropFirst(prefix.count)) : path
    }

    private func operations(to html: inout HTML) {
        let section = OperationSection(api)
        for tag in tags {
            html.element("h2", id: Prose.anchor(of: tag.string("name")), tag.string("name"))
            html.element("p", tag.string("description"))
            for operation in operations(of: tag) { section.write(operation, to: &html) }
        }
    }

    private func schemas(to html: inout HTML) {
        let view = SchemaView(api: api)
        html.element("h2", id: "schemas", "Schemas")
        for schema in api.root.object("components").object("schemas").members {
            html.element("section", id: SchemaView.anchor(of: schema.name)) { section in
                section.element("h3") { $0.element("code", schema.name) }
                view.write(schema.value, to: &section)
            }
        }
    }
}
