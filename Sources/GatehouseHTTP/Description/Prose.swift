/// Writes the texts of a description: paragraphs, lists, headings, `code` and **stress**, which is as much of CommonMark as
/// they use.
struct Prose {
    /// Whether headings get ids made of their words.
    var anchors = false

    /// Blocks: paragraphs, lists and headings.
    func write(_ text: String, to html: inout HTML) {
        for block in text.split(separator: "\n\n") {
            if block.hasPrefix("## ") {
                let title = String(block.dropFirst(3))
                html.element("h2", id: anchors ? Self.anchor(of: title) : nil) { Self.inline(title, to: &$0) }
            } else if block.hasPrefix("- ") {
                html.element("ul") { list in
                    for item in block.split(separator: "\n") {
                        list.element("li") { Self.inline(item.dropFirst(2), to: &$0) }
                    }
                }
            } else {
                html.element("p") { Self.inline(block, to: &$0) }
            }
        }
    }

    /// The titles of the headings in a text.
    static func headings(in text: String) -> [String] {
        text.split(separator: "\n\n").filter { $0.hasPrefix("## ") }.map { String($0.dropFirst(3)) }
    }

    static func anchor(of title: String) -> String {
        title.lowercased().split(separator: " ").joined(separator: "-")
    }

    /// One line: text, code and stress.
    static func inline(_ text: some StringProtocol, to html: inout HTML) {
        for (index, part) in text.split(separator: "`", omittingEmptySubsequences: false).enumerated() {
            if index.isMultiple(of: 2) {
                stressed(part, to: &html)
            } else {
                html.element("code", String(part))
            }
        }
    }

    private static func stressed(_ text: some StringProtocol, to html: inout HTML) {
        var rest = Substring(text)
        while let start = rest.firstRange(of: "**"), let end = rest[start.upperBound...].firstRange(of: "**") {
            html.text(String(rest[..<start.lowerBound]))
            html.element("strong", String(rest[start.upperBound..<end.lowerBound]))
            rest = rest[end.upperBound...]
        }
        html.text(String(rest))
    }
}
