import Testing

@testable import Gatehouse

@Suite("Wording of mails") struct MailTemplateTests {
    private let values: [String: Mustache.Value] = [
        "app": "The <Shop>", "email": "ada@example.com", "link": "https://shop.example/?token=rst_a&b",
        "has_link": true,
        "link_minutes": 60, "code": "01234567", "code_minutes": 10, "new_email": "new@example.com",
    ]

    @Test("Every kind has a standard wording that is complete", arguments: MailKind.allCases)
    func standard(_ kind: MailKind) throws {
        let template = MailTemplate.standard(kind)
        let mail = try template.rendered(values)
        #expect(mail.subject.contains("The <Shop>"))
        #expect(!mail.text.contains("{{") && !mail.html.contains("{{"))
        #expect(mail.html.contains("The &lt;Shop&gt;") && !mail.html.contains("<Shop>"))
        #expect(mail.text.contains("https://shop.example/?token=rst_a&b") == (kind.purpose != nil))
        #expect(mail.text.contains("\n01234567\n") == (kind.purpose != nil))
        let bare = try template.rendered([
            "app": "Shop", "email": "ada@example.com", "token": "rst_x", "has_link": true,
        ])
        #expect(bare.text.contains("\nrst_x\n") == (kind.purpose != nil))
    }

    @Test(
        "What a link is good for is said in hours from two on, in minutes below, and not where there are none",
        arguments: [
            (["link_minutes": 1440, "link_hours": 24], " within 24 hours"),
            (["link_minutes": 119], " within 119 minutes"), ([:], ""),
        ] as [([String: Mustache.Value], String)])
    func limits(left: [String: Mustache.Value], words: String) throws {
        for (kind, invitation) in [
            (.verifyEmail, "Confirm the address"), (.passwordReset, "Choose a new password"),
            (.logIn, "Sign in"), (.confirmEmail, "Confirm the new address"),
        ] as [(MailKind, String)] {
            for (means, ending) in [("link", ":\n\nx\n"), ("token", " with this token:\n\nx\n")] {
                let shown: [String: Mustache.Value] = [means: "x", "has_link": true]
                let values = left.merging(shown) { $1 }
                let text = try MailTemplate.standard(kind).rendered(values).text
                #expect(text.contains("\n\(invitation)\(words)\(ending)"), "\(text)")
            }
        }
    }

    @Test("What a user has typed is text in HTML, and no line end in a subject")
    func escapes() throws {
        let template = MailTemplate(
            kind: .passwordReset, locale: "", subject: "For {{app}}", text: "{{app}}", html: "<p>{{app}}</p>")
        let mail = try template.rendered(["app": "<b>\r\nBcc: x@y.example\u{2028}</b>"])
        #expect(mail.html == "<p>&lt;b&gt;\r\nBcc: x@y.example\u{2028}&lt;/b&gt;</p>")
        #expect(mail.subject == "For <b>  Bcc: x@y.example </b>")
        #expect(mail.text.hasPrefix("<b>"))
    }

    @Test("Text alone is shown in HTML as it stands")
    func withoutHTML() throws {
        let template = MailTemplate(kind: .logIn, locale: "", subject: "s", text: "a < {{app}}", html: nil)
        #expect(try template.rendered(["app": "b&c"]).html.contains("a &lt; b&amp;c"))
    }

    @Test(
        "Wording that includes, redefines, skips escaping or isn't mustache is refused",
        arguments: [
            "{{{app}}}", "{{&app}}", "{{ & app}}", "{{> other}}", "{{<parent}}{{/parent}}", "{{$block}}x{{/block}}",
            "{{=<% %>=}}", "{{% CONTENT_TYPE:TEXT }}", "{{*x}}", "{{", "{{}}", "{{#app}}", "{{/app}}", "{{app",
            "{{! {{{app}}} }}",
        ])
    func refused(_ text: String) {
        for template in [
            MailTemplate(kind: .logIn, locale: "", subject: "s", text: "{{code}}", html: text + "{{code}}"),
            MailTemplate(kind: .logIn, locale: "", subject: text, text: "{{code}}", html: nil),
        ] {
            #expect(throws: FieldFault.self) { try template.check() }
        }
    }

    @Test("The standard wording would be taken as a tenant's own", arguments: MailKind.allCases)
    func standardIsTaken(_ kind: MailKind) throws {
        try MailTemplate.standard(kind).check()
    }

    private func fault(_ kind: MailKind, subject: String = "s", _ text: String, html: String? = nil) -> String? {
        do throws(FieldFault) {
            try MailTemplate(kind: kind, locale: "", subject: subject, text: text, html: html).check()
            return nil
        } catch {
            return error.message
        }
    }

    @Test(
        "A name that no variable has is refused, in whichever part and tag",
        arguments: ["{{lnik}}", "{{#lnik}}x{{/lnik}}", "{{^lnik}}x{{/lnik}}"])
    func typos(_ tag: String) {
        let told =
            "there is no variable lnik. Those there are: app, email, new_email, link, token, link_minutes, link_hours, code, "
            + "code_minutes, has_link."
        #expect(fault(.logIn, "{{code}}\n\(tag)") == "The text, line 2: \(told)")
        #expect(fault(.logIn, "{{code}}", html: "{{code}}\(tag)") == "The html, line 1: \(told)")
        #expect(fault(.passwordChanged, subject: tag, "x") == "The subject, line 1: \(told)")
    }

    @Test("A mail that is about a link, a code or a token shows one, in its HTML as well", arguments: MailKind.allCases)
    func needed(_ kind: MailKind) {
        let isNeeded = kind.purpose != nil
        #expect(
            (fault(kind, "x {{email}}{{#link}}here{{/link}}")?.hasPrefix("The text shows n") ?? false) == isNeeded)
        #expect((fault(kind, "{{token}}", html: "x")?.hasPrefix("The html shows n") ?? false) == isNeeded)
        for text in ["{{link}}", "{{token}}"] { #expect(fault(kind, text) == nil) }
        let code = fault(kind, "{{#code}}{{^link}}{{code}}{{/link}}{{/code}}")
        if kind == .emailChanged {
            #expect(code == "The text shows neither {{link}} nor {{token}}: nobody could do what the mail is for.")
        } else {
            #expect(code == nil)
        }
    }

    @Test("The closest locale's wording is taken, then that for everybody, then the standard one")
    func locales() {
        #expect(MailLocale("pt-BR")?.lookUpOrder == ["pt-br", "pt"])
        #expect(MailLocale(acceptLanguage: "de-AT;q=0.9, en")?.text == "de-at")
        #expect(MailLocale(acceptLanguage: " fr ") == MailLocale("FR"))
        for text in [
            "", "*", "d", "de_AT", "de-", "-de", "de--at", "d\u{212A}", "de\r\nx", "abcdefghi",
            String(repeating: "de-", count: 13) + "x",
        ] {
            #expect(MailLocale(text) == nil, "\(text)")
        }
    }
}
