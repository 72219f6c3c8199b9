import Testing

@testable import Gatehouse

@Suite("Mustache") struct MustacheTests {
    private let values: [String: Mustache.Value] = [
        "name": "Ada", "yes": true, "no": false, "empty": "", "number": 10, "zero": 0, "dash-ed_2": "x",
    ]

    private func rendered(_ text: String, as form: Mustache.Form = .text) throws -> String {
        try Mustache(text).rendered(values, as: form)
    }

    @Test(
        "Variables and sections are shown by their values, and what isn't a tag as it stands",
        arguments: [
            ("", ""), ("{ } }} {a} {", "{ } }} {a} {"), ("Dear {{name}}!", "Dear Ada!"),
            ("{{ name\t}}|{{\nname}}", "Ada|Ada"),
            ("[{{nobody}}{{empty}}]", "[]"), ("{{number}} {{zero}} {{yes}} {{no}}", "10 0 true false"),
            ("{{dash-ed_2}}", "x"), ("{{name}}}", "Ada}"), ("{{Name}}", ""), ("é{{name}}é", "éAdaé"),
            ("{{#yes}}a{{/yes}}{{#no}}b{{/no}}{{#nobody}}c{{/nobody}}", "a"),
            ("{{^yes}}a{{/yes}}{{^no}}b{{/no}}{{^nobody}}c{{/nobody}}", "bc"),
            ("{{#name}}a{{/name}}{{#empty}}b{{/empty}}{{#number}}c{{/number}}{{#zero}}d{{/zero}}", "abcd"),
            ("{{^name}}a{{/name}}{{^empty}}b{{/empty}}{{^number}}c{{/number}}{{^zero}}d{{/zero}}", ""),
            ("{{# yes }}{{^no}}{{name}}{{/no}}{{/ yes }}", "Ada"),
            ("1{{#yes}}2{{#yes}}3{{/yes}}4{{/yes}}5", "12345"), ("1{{#no}}2{{#no}}3{{/no}}4{{/no}}5", "15"),
            ("a{{! {name} }}b{{!}}c{{!two\nlines}}d", "abcd"),
        ])
    func shown(_ text: String, _ expected: String) throws {
        #expect(try rendered(text) == expected)
    }

    @Test(
        "A section's tag or a comment that has its line to itself leaves no line behind",
        arguments: [
            ("a\n{{#yes}}\nb\n{{/yes}}\nc", "a\nb\nc"), ("a\n{{^no}}\nb\n{{/no}}\nc", "a\nb\nc"),
            ("a\n \t{{#yes}} \t\nb\n  {{/yes}}  \nc", "a\nb\nc"), ("a\n{{#no}}\nb\n{{/no}}\nc", "a\nc"),
            ("a\r\n{{#yes}}\r\n{{/yes}}\r\nc", "a\r\nc"), ("  {{#yes}}\n a{{/yes}}\nb", " a\nb"),
            ("a{{#yes}}\nb\n  {{/yes}}  ", "a\nb\n"), ("a\n  {{! c }}\nb", "a\nb"), ("a\n{{!\nc\n}}\nb", "a\nb"),
            ("{{! c }}\n\nb", "\nb"), ("a\n{{! c }}", "a\n"), ("{{#yes}}\n{{#yes}}\na\n{{/yes}}\n{{/yes}}\n", "a\n"),
        ])
    func standalone(_ text: String, _ expected: String) throws {
        #expect(try rendered(text) == expected)
    }

    @Test(
        "Beside anything else on its line, a tag changes no white space",
        arguments: [
            (" {{#yes}} a {{/yes}} \n", "  a  \n"), (" {{name}} \n", " Ada \n"), ("{{nobody}}\na", "\na"),
            (" {{#yes}}{{! c }}\n {{/yes}} b\n", " \n  b\n"), ("a {{! c }}\n", "a \n"),
            (" {{! c }} {{! d }}\n", "  \n"),
            ("a\r{{! c }}\rb", "a\r\rb"), ("a\n\u{A0}{{! c }}\nb", "a\n\u{A0}\nb"),
        ])
    func beside(_ text: String, _ expected: String) throws {
        #expect(try rendered(text) == expected)
    }

    @Test("In HTML a value ends neither a text nor an attribute, whatever accents stand upon its characters")
    func escaped() throws {
        let template = try Mustache("<a title=\"{{name}}\">{{#yes}}{{name}}{{/yes}}")
        let evil = "\"\u{301} onclick='\u{20DD}x&y<\u{338}>\r\n{{app}}"
        let shown = template.rendered(["name": .text(evil), "yes": true, "app": "!"], as: .html)
        let value = "&quot;\u{301} onclick=&#39;\u{20DD}x&amp;y&lt;\u{338}&gt;\r\n{{app}}"
        #expect(Array(shown.utf8) == Array("<a title=\"\(value)\">\(value)".utf8))
        #expect(template.rendered(["name": .text(evil)], as: .text) == "<a title=\"\(evil)\">")
    }

    @Test("Sections nest 16 deep and no deeper, and a text of a megabyte is no trouble")
    func bounded() throws {
        let nested: (Int) -> String = { depth in
            String(repeating: "{{#yes}}", count: depth) + "a" + String(repeating: "{{/yes}}", count: depth)
        }
        #expect(try rendered(nested(16)) == "a")
        #expect(throws: MustacheFault(reason: .tooDeep, line: 1)) { try Mustache(nested(17)) }
        #expect(throws: MustacheFault(reason: .tooDeep, line: 1)) { try Mustache(nested(100_000)) }
        #expect(try rendered(String(repeating: nested(2) + " {{name}} {\n", count: 25_000)).utf8.count == 25_000 * 8)
    }
}
