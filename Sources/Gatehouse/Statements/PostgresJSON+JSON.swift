import Postgres

extension PostgresJSON {
    init(_ json: JSON) {
        self.init(text: String(decoding: json.serialized(), as: UTF8.self))
    }
}
