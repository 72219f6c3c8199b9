/// The members of a JSON object, in the order in which they were written; no name occurs twice.
public struct JSONObject: Sendable {
    public struct Member: Sendable, Equatable {
        public let name: String
        public let value: JSON

        public static func == (left: Member, right: Member) -> Bool {
            left.name.hasSameCodePoints(as: right.name) && left.value == right.value
        }
    }

    public private(set) var members: [Member] = []

    public init() {}

    /// Of members that share a name the last one stays, in the place of the first.
    init(_ members: [(String, JSON)]) {
        self.members.reserveCapacity(members.count)
        for (name, value) in members { self[name] = value }
    }

    /// Trusts the reader, which has made sure that no name occurs twice.
    init(distinct members: [Member]) {
        self.members = members
    }

    public var count: Int { members.count }
    public var isEmpty: Bool { members.isEmpty }
    public var names: [String] { members.map(\.name) }

    /// The member of exactly this name. Setting `nil` removes it; a member set to JSON's null is `.null`.
    public subscript(name: String) -> JSON? {
        get {
            members.first { $0.name.hasSameCodePoints(as: name) }?.value
        }
        set {
            let index = members.firstIndex { $0.name.hasSameCodePoints(as: name) }
            switch (index, newValue) {
            case (let index?, let value?): members[index] = Member(name: name, value: value)
            case (let index?, nil): members.remove(at: index)
            case (nil, let value?): members.append(Member(name: name, value: value))
            case (nil, nil): break
            }
        }
    }

    /// The names of members that `old` doesn't have, has with another value, or has alone.
    func namesOfChanges(since old: JSONObject) -> [String] {
        let new = names.filter { self[$0] != old[$0] }
        let gone = old.names.filter { self[$0] == nil }
        return (new + gone).sorted()
    }

    /// Takes the member of exactly this name out.
    mutating func remove(_ name: String) -> JSON? {
        members.firstIndex { $0.name.hasSameCodePoints(as: name) }.map { members.remove(at: $0).value }
    }
}

extension JSONObject: Equatable {
    /// Whether both have the same members, in whatever order.
    public static func == (left: JSONObject, right: JSONObject) -> Bool {
        if left.members == right.members { return true }
        return left.count == right.count && left.members.allSatisfy { right[$0.name] == $0.value }
    }
}

extension JSONObject: ExpressibleByDictionaryLiteral {
    public init(dictionaryLiteral members: (String, JSON)...) {
        self.init(members)
    }
}
