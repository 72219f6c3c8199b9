import Testing

@testable import Gatehouse

@Suite("Faults in mustache") struct MustacheFaultTests {
    @Test(
        "A fault says which tag it is about, and in which line",
        arguments: [
            ("a\n{{b", MustacheFault.Reason.unclosed, 2), ("{{", .unclosed, 1), ("{{a}", .unclosed, 1),
            ("{{a {{b}}", .unclosed, 1),
            ("{{! {{a}} }}", .unclosed, 1), ("{{a}}\n\n{{#b}}\n{{c}}\n", .noEnd("b"), 3),
            ("{{#a}}\n{{^b}}\n{{/b}}", .noEnd("a"), 1), ("a\r\n{{/b}}", .noBeginning("b"), 2),
            ("{{#a}}{{/a}}{{/a}}", .noBeginning("a"), 1), ("{{#a}}\n{{#b}}\n{{/a}}", .otherEnd("a", expected: "b"), 3),
            ("{{#a}}{{/A}}", .otherEnd("A", expected: "a"), 1),
        ])
    func faults(_ text: String, _ reason: MustacheFault.Reason, _ line: Int) {
        #expect(throws: MustacheFault(reason: reason, line: line)) { try Mustache(text) }
    }

    @Test(
        "What isn't taken is named",
        arguments: [
            "{{}}", "{{ }}", "{{#}}", "{{/}}", "{{&a}}", "{{ & a }}", "{{>a}}", "{{<a}}", "{{$a}}", "{{=<% %>=}}",
            "{{%a:b}}", "{{*a}}",
            "{{.}}", "{{#.}}", "{{a.b}}", "{{a b}}", "{{#a b}}", "{{##a}}", "{{upper(a)}}", "{{é}}", "{{a\u{A0}}}",
            "{{#\u{301}a}}",
        ])
    func notTaken(_ tag: String) {
        #expect(throws: MustacheFault(reason: .notTaken(tag), line: 1)) { try Mustache("\(tag) {{/a}}") }
        #expect(MustacheFault(reason: .notTaken(tag), line: 1).description.hasPrefix("line 1: \(tag) is none of"))
    }

    @Test("A tag is quoted without control characters, and no longer than 40 of its characters")
    func quoted() {
        let fault = MustacheFault(
            reason: .notTaken("{{\u{1B}[31m\n\u{9B}" + String(repeating: "a b", count: 40)), line: 1)
        #expect(fault.description.hasPrefix("line 1: {{ [31m  a ba b") && fault.description.contains("a ba… is none"))
        #expect(fault.description.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control })
    }

    @Test("An operator is told the part, the line and the tag")
    func told() {
        let check: (String, String, String?) -> String? = { subject, text, html in
            do throws(FieldFault) {
                try MailTemplate(kind: .logIn, locale: "", subject: subject, text: text, html: html).check()
                return nil
            } catch {
                return "\(error.code) \(error.message)"
            }
        }
        #expect(
            check("s", "a\n{{#code}}", nil)
                == "invalid_template The text, line 2: the section code isn't closed by {{/code}}.")
        #expect(
            check("{{a", "a", nil)
                == "invalid_template The subject, line 1: a tag that begins with {{ isn't closed by }}.")
        #expect(
            check("s", "{{code}}", "{{/a}}")
                == "invalid_template The html, line 1: {{/a}} closes a section that isn't open.")
        #expect(check("s", "{{link}}", "{{#app}}{{code}}{{/app}}") == nil)
    }
}
