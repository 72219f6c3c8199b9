import Gatehouse

/// What an admin command has to say: one JSON value for scripts, and the same for people.
struct Answer {
    let json: JSON
    let text: (_ coloured: Bool) -> String
    var isSuccess = true
    /// Standard output has been given something else, so that this is for standard error.
    var isBeside = false
    /// What it means when this can't be written, where that isn't what it means of any such command.
    var loss: String?
    /// A sentence for standard error that people should read besides.
    var note: String?

    init(json: JSON, isSuccess: Bool = true, text: @escaping (_ coloured: Bool) -> String) {
        self.json = json
        self.isSuccess = isSuccess
        self.text = text
    }

    init(json: JSON, text: String) {
        self.init(json: json) { _ in text }
    }

    init(json: JSON, card: [(String, Table.Cell)]) {
        self.init(json: json) { Card(members: card).rendered(coloured: $0) }
    }

    /// The same, where its loss means something of its own.
    func orElse(_ loss: String) -> Answer {
        var answer = self
        answer.loss = loss
        return answer
    }

    /// The same, with a sentence besides where there is one.
    func noting(_ note: String?) -> Answer {
        var answer = self
        answer.note = note
        return answer
    }

    /// A list; `whenEmpty` is what people read instead of an empty table.
    static func list<Element>(
        _ elements: [Element], json: (Element) -> JSON, headings: [String], whenEmpty: String,
        row: (Element) -> [Table.Cell]
    ) -> Answer {
        let table = Table(headings: headings, rows: elements.map(row))
        return Answer(json: .array(elements.map(json))) { coloured in
            elements.isEmpty ? whenEmpty : table.rendered(coloured: coloured)
        }
    }
}
