/// Rows in aligned columns under their headings.
struct Table {
    struct Cell: ExpressibleByStringInterpolation {
        let text: String
        var style = Style.plain

        init(_ text: String, _ style: Style = .plain) {
            self.text = text.printable
            self.style = style
        }

        init(stringLiteral text: String) {
            self.init(text)
        }
    }

    let headings: [String]
    let rows: [[Cell]]

    func rendered(coloured: Bool) -> String {
        let widths = headings.indices.map { column in
            (rows.map { $0[column].text.count } + [headings[column].count]).max() ?? 0
        }
        let head = line(headings.map { Cell($0.uppercased(), .faint) }, widths, coloured)
        return ([head] + rows.map { line($0, widths, coloured) }).joined(separator: "\n")
    }

    /// The last column isn't padded, so that lines don't end in spaces.
    private func line(_ cells: [Cell], _ widths: [Int], _ coloured: Bool) -> String {
        cells.indices.map { column in
            let padding = column == cells.count - 1 ? 0 : widths[column] - cells[column].text.count
            return cells[column].style.applied(to: cells[column].text, if: coloured)
                + String(repeating: " ", count: padding)
        }.joined(separator: "  ")
    }
}

/// One thing's members, a line each.
struct Card {
    let members: [(name: String, value: Table.Cell)]

    func rendered(coloured: Bool) -> String {
        let width = members.map(\.name.count).max() ?? 0
        return members.map { name, value in
            let padding = String(repeating: " ", count: width - name.count)
            return Style.faint.applied(to: name, if: coloured) + padding + "  "
                + value.style.applied(to: value.text, if: coloured)
        }.joined(separator: "\n")
    }
}

extension String {
    /// Without control characters: what a user typed as a name or a browser sent as its own must not steer a terminal, nor
    /// begin a line of its own.
    var printable: String {
        String(
            String.UnicodeScalarView(
                unicodeScalars.map { scalar in
                    switch scalar.properties.generalCategory {
                    case .control, .format, .lineSeparator, .paragraphSeparator: "\u{FFFD}"
                    default: scalar
                    }
                }))
    }
}
