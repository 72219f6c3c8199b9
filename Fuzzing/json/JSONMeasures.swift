import Gatehouse

extension JSON {
    /// The values directly inside.
    var children: [JSON] {
        switch self {
        case .array(let elements): elements
        case .object(let object): object.members.map(\.value)
        default: []
        }
    }

    /// How many arrays and objects are nested in each other.
    var depth: Int {
        switch self {
        case .array, .object: 1 + (children.map(\.depth).max() ?? 0)
        default: 0
        }
    }

    /// The members of this and of every object inside.
    var memberCount: Int {
        children.reduce(objectValue?.count ?? 0) { $0 + $1.memberCount }
    }

    var hasDistinctNames: Bool {
        let names = objectValue?.names ?? []
        return Set(names.map { Array($0.utf8) }).count == names.count && children.allSatisfy(\.hasDistinctNames)
    }

    var numbersAreBounded: Bool {
        if case .number(let number) = self { return 1...128 ~= number.text.utf8.count }
        return children.allSatisfy(\.numbersAreBounded)
    }

    /// Whether a number is out of the range or beyond the precision of a `Double`.
    var hasExtremeNumber: Bool {
        guard case .number(let number) = self else { return children.contains(where: \.hasExtremeNumber) }
        guard let value = Double(number.text) else { return true }
        return !value.isFinite || value.isSubnormal || (value == 0 && number.text.contains { "123456789".contains($0) })
    }
}
