import Crypto
import FoundationEssentials

/// How the key of a tenant's file is made of its passphrase; stands in the file's header.
struct TenantFileSeal: Sendable, Equatable {
    /// The second recommended option of RFC 9106: 64 MiB, 3 passes, 4 lanes.
    static let standard = Argon2Parameters(memory: 65_536, passes: 3, lanes: 4)
    /// What a header may ask of whoever imports it: 1 GiB and a few seconds.
    private static let ceiling = HashCeiling(memory: 1_048_576, passes: 16)

    let parameters: Argon2Parameters
    let salt: [UInt8]

    static func fresh(_ parameters: Argon2Parameters = standard) -> TenantFileSeal {
        TenantFileSeal(parameters: parameters, salt: Argon2Hash.randomBytes(Argon2Hash.saltLength))
    }

    /// Nil for anything that no exporter writes or that costs too much.
    init?(parameters: String, salt: String) {
        guard let parameters = try? Argon2Parameters(parsing: parameters), let salt = Base64URL.decode(salt),
            (Argon2Hash.saltLength...64).contains(salt.count), parameters.memory <= Self.ceiling.memory,
            parameters.passes <= Self.ceiling.passes
        else { return nil }
        self.init(parameters: parameters, salt: salt)
    }

    private init(parameters: Argon2Parameters, salt: [UInt8]) {
        self.parameters = parameters
        self.salt = salt
    }

    func key(from passphrase: Passphrase) throws(HashingFailure) -> TenantFileKey {
        var bytes = try passphrase.withBytes { (passphrase) throws(HashingFailure) in
            try Argon2Hash.key(of: &passphrase, salt: salt, parameters: parameters)
        }
        defer { bytes.wipe() }
        return TenantFileKey(MasterKey(SymmetricKey(data: bytes)))
    }
}

/// The key of one tenant's file. It does for the file what a master key does for a database, and is of the same make.
struct TenantFileKey: Sendable, Redacted {
    private let master: MasterKey

    init(_ master: MasterKey) {
        self.master = master
    }

    /// Tells a wrong passphrase from an altered file, and nothing of the key.
    var id: String { master.id }

    /// Seals signing keys for their tenant, kid and use, as in a database.
    var sealer: KeySealer { KeySealer(master: master) }

    /// Authenticates the whole file.
    var authenticator: HMAC<SHA256> {
        HMAC<SHA256>(key: master.derivedKey(for: Array("gatehouse/v1/tenant-file".utf8)))
    }
}
