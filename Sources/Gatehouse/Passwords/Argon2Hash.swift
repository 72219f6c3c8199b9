import CArgon2

/// An Argon2id, Argon2i or Argon2d hash (RFC 9106) in its PHC form, `$argon2id$v=19$m=19456,t=2,p=1$salt$tag`.
struct Argon2Hash: StoredHash {
    let type: Argon2_type
    let parameters: Argon2Parameters
    let salt: [UInt8]
    let tag: SecretBytes

    static let saltLength = 16
    static let tagLength = 32

    init?(_ stored: String) {
        guard let phc = PHCString(stored), phc.sections.count == 4,
            let type = Self.types[String(phc.scheme)], phc.sections[0] == "v=19",
            let parameters = PHCParameters(phc.sections[1]).flatMap(Argon2Parameters.init),
            let salt = PHCBase64.decode(phc.sections[2]), (8...64).contains(salt.count),
            let tag = PHCBase64.decode(phc.sections[3]), (16...64).contains(tag.count)
        else { return nil }
        self.init(type: type, parameters: parameters, salt: salt, tag: SecretBytes(bytes: tag))
    }

    private init(type: Argon2_type, parameters: Argon2Parameters, salt: [UInt8], tag: SecretBytes) {
        self.type = type
        self.parameters = parameters
        self.salt = salt
        self.tag = tag
    }

    private static let types = ["argon2id": Argon2_id, "argon2i": Argon2_i, "argon2d": Argon2_d]

    /// A new Argon2id hash of the password with a random salt.
    static func make(
        of password: inout [UInt8], parameters: Argon2Parameters
    ) throws(HashingFailure) -> Argon2Hash {
        let hash = placeholder(parameters: parameters)
        let tag = SecretBytes(bytes: try hash.evaluate(&password))
        return Argon2Hash(type: hash.type, parameters: parameters, salt: hash.salt, tag: tag)
    }

    /// A hash that no password is known for and that costs what a real one does.
    static func placeholder(parameters: Argon2Parameters) -> Argon2Hash {
        Argon2Hash(
            type: Argon2_id, parameters: parameters, salt: randomBytes(saltLength),
            tag: SecretBytes(bytes: randomBytes(tagLength)))
    }

    static func randomBytes(_ count: Int) -> [UInt8] {
        var generator = SystemRandomNumberGenerator()
        return (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
    }

    /// What Argon2id makes of a passphrase, as a key of 32 bytes.
    static func key(
        of passphrase: inout [UInt8], salt: [UInt8], parameters: Argon2Parameters
    ) throws(HashingFailure) -> [UInt8] {
        let wanted = SecretBytes(bytes: [UInt8](repeating: 0, count: tagLength))
        return try Argon2Hash(type: Argon2_id, parameters: parameters, salt: salt, tag: wanted).evaluate(&passphrase)
    }

    /// The PHC string.
    var encoded: String {
        let name = String(cString: argon2_type2string(type, 0))
        return "$\(name)$v=19$\(parameters)$\(PHCBase64.encode(salt))$\(PHCBase64.encode(tag.bytes))"
    }

    func isWithin(_ ceiling: HashCeiling) -> Bool {
        parameters.memory <= ceiling.memory && parameters.passes <= ceiling.passes
    }

    func isWeaker(than configured: Argon2Parameters) -> Bool {
        type != Argon2_id || salt.count < Self.saltLength
            || tag.bytes.count < Self.tagLength || parameters.isWeaker(than: configured)
    }

    func matches(_ password: inout [UInt8]) throws(HashingFailure) -> Bool {
        tag.matches(try evaluate(&password))
    }
}
