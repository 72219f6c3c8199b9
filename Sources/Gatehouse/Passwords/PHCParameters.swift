/// The `name=value,…` part of a PHC string: decimal values without leading zeros, at most four of them.
struct PHCParameters: Equatable {
    private(set) var names: [String] = []
    private var values: [Int] = []

    init?(_ text: some StringProtocol) {
        let parts = text.split(separator: ",", maxSplits: 4, omittingEmptySubsequences: false)
        guard parts.count <= 4 else { return nil }
        for part in parts {
            let pair = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard pair.count == 2, let value = Self.decimal(pair[1]) else { return nil }
            names.append(String(pair[0]))
            values.append(value)
        }
    }

    subscript(name: String) -> Int? {
        names.firstIndex(of: name).map { values[$0] }
    }

    /// A decimal of at most nine digits, so that products of two still fit an `Int`.
    static func decimal(_ text: some StringProtocol) -> Int? {
        guard (1...9).contains(text.utf8.count), text.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
            text.utf8.count == 1 || text.utf8.first != 0x30
        else { return nil }
        return Int(text)
    }
}
