/// Which statements the server knows by which name on one connection.
struct PreparedStatements {
    /// The declared types belong to it: the same text with others is another statement.
    struct Key: Hashable {
        let sql: String
        let types: [UInt32]
        /// Kept, because a text of several hundred bytes would be hashed for every execution.
        private let hash: Int

        init(sql: String, types: [UInt32]) {
            self.sql = sql
            self.types = types
            var hasher = Hasher()
            hasher.combine(sql)
            hasher.combine(types)
            hash = hasher.finalize()
        }

        func hash(into hasher: inout Hasher) { hasher.combine(hash) }
    }

    /// A program has a fixed set of statements; text made at run time must not fill the server's memory.
    private static let limit = 1000

    private var names: [Key: String] = [:]
    private var counter = 0

    func name(of key: Key) -> String? { names[key] }

    /// A name never used before on this connection, or nil when the statement is better not kept.
    mutating func newName() -> String? {
        guard names.count < Self.limit else { return nil }
        counter += 1
        return "s\(counter)"
    }

    mutating func remember(_ key: Key, as name: String) { names[key] = name }

    mutating func forget(_ key: Key) { names[key] = nil }

    /// Their names aren't given again: the server may know some of them still.
    mutating func forgetAll() { names.removeAll() }
}
