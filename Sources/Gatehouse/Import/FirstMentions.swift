import Crypto

/// Something of a user's that nobody else in the tenant may have.
struct ImportedName {
    enum Kind: String {
        case email, username, id
    }

    let kind: Kind
    /// As the database compares it.
    let key: String

    init(_ kind: Kind, _ key: String) {
        self.kind = kind
        self.key = key
    }
}

/// Which user of a file was the first to have a name.
///
/// Digests take the place of the names, so that those of millions of users take little memory.
struct FirstMentions {
    private struct Digest: Hashable {
        let high: UInt64
        let low: UInt64
    }

    private var users: [Digest: Int32] = [:]

    /// The names of this user count from now on, unless one of them was mentioned before: by whom, and which.
    mutating func note(_ user: ImportedUser) -> (name: ImportedName, firstUser: Int)? {
        let names = user.names.map { (name: $0, digest: Self.digest(of: $0)) }
        for (name, digest) in names {
            if let first = users[digest] { return (name, Int(first)) }
        }
        for (_, digest) in names { users[digest] = Int32(clamping: user.position.number) }
        return nil
    }

    private static func digest(of name: ImportedName) -> Digest {
        SHA256.hash(data: Array("\(name.kind.rawValue):\(name.key)".utf8)).withUnsafeBytes { bytes in
            Digest(
                high: bytes.loadUnaligned(as: UInt64.self), low: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self)
            )
        }
    }
}
