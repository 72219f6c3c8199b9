/// The wording of a mail, in mustache, as far as `Mustache` takes it.
public struct MailTemplate: Sendable, Equatable {
    public let kind: MailKind
    /// Empty for what is sent where no locale fits better.
    public let locale: String
    public let subject: String
    public let text: String
    /// Nil where the text is shown in HTML as well.
    public let html: String?

    init(kind: MailKind, locale: String, subject: String, text: String, html: String?) {
        self.kind = kind
        self.locale = locale
        self.subject = subject
        self.text = text
        self.html = html
    }

    @Sendable init(kind: String, locale: String, subject: String, text: String, html: String?) throws {
        guard let kind = MailKind(rawValue: kind) else { throw UnknownStoredValue(column: "mail_templates.kind") }
        self.init(kind: kind, locale: locale, subject: subject, text: text, html: html)
    }

    /// The finished wording. Throws `FieldFault` where a part is no mustache, or more of it than is taken.
    func rendered(_ values: [String: Mustache.Value]) throws(FieldFault) -> RenderedMail {
        let text = try Self.render(text, "text", as: .text, values)
        return RenderedMail(
            subject: Self.line(try Self.render(subject, "subject", as: .text, values)), text: text,
            html: try html.map { html throws(FieldFault) in try Self.render(html, "html", as: .html, values) }
                ?? Self.page(of: text))
    }

    /// Throws what `rendered` would, what the database would not take, and where a name stands that no variable has, or nothing that
    /// the reader of such a mail needs.
    func check() throws(FieldFault) {
        for (part, name, limit) in [(subject, "subject", 500), (text, "text", 65_536), (html ?? " ", "html", 65_536)] {
            guard (1...limit).contains(part.utf8.count), !part.utf8.contains(0) else {
                throw FieldFault(
                    code: "invalid_template", message: "The \(name) must be of 1 to \(limit) bytes without NUL.")
            }
        }
        _ = try Self.read(subject, "subject", of: Self.variables)
        for (part, name) in [(text, "text"), (html ?? text, "html")] {
            let wording = try Self.read(part, name, of: Self.variables)
            guard let purpose = kind.purpose else { continue }
            let means = purpose.hasCode ? "none of {{link}}, {{code}} and {{token}}" : "neither {{link}} nor {{token}}"
            guard wording.shows(purpose.hasCode ? ["link", "code", "token"] : ["link", "token"]) else {
                throw FieldFault(
                    code: "invalid_template",
                    message: "The \(name) shows \(means): nobody could do what the mail is for.")
            }
        }
        let values = Dictionary(uniqueKeysWithValues: Self.samples.map { ($0.key, $0.value) })
        guard try !rendered(values).subject.isEmpty else {
            throw FieldFault(code: "invalid_template", message: "The subject says nothing.")
        }
    }

    /// Every variable, as docs/mail.md lists them, with a value to try wording by.
    private static let samples: KeyValuePairs<String, Mustache.Value> = [
        "app": "Shop", "email": "ada@example.com", "new_email": "new@example.com", "link": "https://shop.example",
        "token": "token", "link_minutes": 1440, "link_hours": 24, "code": "01234567", "code_minutes": 10,
        "has_link": true,
    ]

    private static let variables = samples.map(\.key)

    private static func render(
        _ template: String, _ part: String, as form: Mustache.Form, _ values: [String: Mustache.Value]
    ) throws(FieldFault) -> String {
        try read(template, part, of: nil).rendered(values, as: form)
    }

    private static func read(
        _ template: String, _ part: String, of variables: [String]?
    ) throws(FieldFault) -> Mustache {
        do throws(MustacheFault) {
            return try Mustache(template, of: variables)
        } catch {
            throw FieldFault(code: "invalid_template", message: "The \(part), \(error)")
        }
    }

    /// A subject is one line, whatever a name in it holds.
    private static func line(_ text: String) -> String {
        let printable = text.unicodeScalars.map { $0.properties.generalCategory.isLineEnd ? " " : Character($0) }
        return String(String(printable).trimmingASCIISpace().prefix(300))
    }

    private static func page(of text: String) -> String {
        "<!doctype html><html><body><p style=\"white-space:pre-wrap\">\(HTMLText.escaped(text))</p></body></html>"
    }
}

extension Unicode.GeneralCategory {
    fileprivate var isLineEnd: Bool {
        switch self {
        case .control, .lineSeparator, .paragraphSeparator: true
        default: false
        }
    }
}

/// The finished wording of a mail.
struct RenderedMail: Sendable, Equatable {
    let subject: String
    let text: String
    let html: String
}
