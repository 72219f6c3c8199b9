/// How a word is shown on a terminal.
enum Style: String {
    case plain = ""
    case bold = "1"
    case faint = "2"
    case good = "32"
    case warning = "33"
    case bad = "31"

    func applied(to text: String, if coloured: Bool) -> String {
        coloured && self != .plain ? "\u{1B}[\(rawValue)m\(text)\u{1B}[0m" : text
    }
}
