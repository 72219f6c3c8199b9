/// Text as a part of HTML.
package enum HTMLText {
    /// The text with whatever could end it or begin something else written as references. By scalars: to Swift a quotation mark with an accent
    /// upon it is one character, and no quotation mark.
    package static func escaped(_ text: String) -> String {
        var escaped = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            case "\"": escaped += "&quot;"
            case "'": escaped += "&#39;"
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }
}
