import Crypto
import FoundationEssentials

/// What stands in a mail: it lets its reader in, and shows nothing of itself elsewhere.
struct OneTimeToken: Sendable, Redacted {
    /// A prefix that names the purpose, and 256 bits in base64url.
    let text: String
}

/// Eight digits that a person types.
struct OneTimeCode: Sendable, Redacted {
    let digits: String

    /// Compares in constant time; what isn't eight digits is never the code.
    func matches(_ presented: String) -> Bool {
        SecretBytes(bytes: Array(digits.utf8)).matches(Array(presented.utf8))
    }
}

/// Makes one-time tokens and codes from keys that aren't in the database.
///
/// Both follow by HMAC-SHA256 from the id of their row, under keys that HKDF derives from the master key for each tenant. So a mail that
/// is sent twice says the same twice, and neither has to be stored: of a token there is a digest, which finds its row, and of a code
/// nothing at all, as eight digits could be found by trying.
public struct OneTimeSecrets: Sendable {
    private let keys: MasterKeys

    public init(_ keys: MasterKeys) {
        self.keys = keys
    }

    /// Names the first of the master keys at hand.
    var sealingKeyID: String { keys.sealing.id }

    /// Names all of them. What is made under another can't be made again here.
    var masterKeyIDs: [String] { keys.ids }

    /// Names the master key that new ones are made under, which has to be at hand until they are over: that of the tenant's keys. While the
    /// master key is being changed every instance has that one, and not all of them have the first, which is taken where no key opens.
    func masterKeyID(of tenant: UUID, with sealed: [StoredKey.Sealed]) -> String {
        sealed.masterKeyID(openedBy: KeySealer(keys), in: tenant) ?? sealingKeyID
    }

    /// Nil when that master key isn't at hand.
    func token(of id: UUID, for purpose: OneTimePurpose, in tenant: UUID, under masterKeyID: String) -> OneTimeToken? {
        digest("gatehouse/v1/one-time-token/", id, purpose, tenant, masterKeyID).map {
            OneTimeToken(text: purpose.prefix + Base64URL.encode(Array($0)))
        }
    }

    /// Nil when that master key isn't at hand.
    func code(of id: UUID, for purpose: OneTimePurpose, in tenant: UUID, under masterKeyID: String) -> OneTimeCode? {
        digest("gatehouse/v1/one-time-code/", id, purpose, tenant, masterKeyID).map { digest in
            // 64 bits modulo 10^8: no digit is likelier than another by more than one in 10^11.
            let number = digest.prefix(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) } % 100_000_000
            let digits = String(number)
            return OneTimeCode(digits: String(repeating: "0", count: 8 - digits.utf8.count) + digits)
        }
    }

    /// What a presented token is looked up by; nil for what has no token's form.
    func tokenHash(of presented: String) -> [UInt8]? {
        guard presented.utf8.count == Self.tokenLength,
            OneTimePurpose.allCases.contains(where: { presented.hasPrefix($0.prefix) }),
            Base64URL.decode(String(presented.dropFirst(Self.prefixLength))) != nil
        else { return nil }
        return Array(SHA256.hash(data: Array(presented.utf8)))
    }

    private static let prefixLength = 4
    private static let tokenLength = prefixLength + 43

    private func digest(
        _ use: String, _ id: UUID, _ purpose: OneTimePurpose, _ tenant: UUID, _ masterKeyID: String
    ) -> HMAC<SHA256>.MAC? {
        guard let master = keys.all.first(where: { $0.id == masterKeyID }) else { return nil }
        let key = master.derivedKey(for: Array(use.utf8) + tenant.bytes)
        return HMAC<SHA256>.authenticationCode(for: id.bytes + Array(purpose.rawValue.utf8), using: key)
    }
}
