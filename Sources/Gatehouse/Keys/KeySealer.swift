import Crypto
import FoundationEssentials

/// Why a sealed key could not be opened.
public enum UnsealFailure: Error, Sendable, Equatable {
    /// It was sealed under a master key that is not at hand; its id.
    case unknownMasterKey(String)
    /// It has been altered, cut, moved to another row, or is of a version unknown to this program.
    case damaged
}

/// Encrypts signing keys and other secrets for the database, and decrypts them.
///
/// A sealed secret is: version (1 byte, 1) ‖ id of the master key (8) ‖ nonce (12) ‖ ciphertext ‖ tag (16). The cipher is
/// AES-256-GCM under a key that HKDF-SHA256 derives from the master key for each tenant. Authenticated with it are the
/// version, the master key's id, the tenant, and of a signing key its id and use.
public struct KeySealer: Sendable {
    private static let version: UInt8 = 1
    private static let headerLength = 9
    private static let nonceLength = 12
    private static let tagLength = 16

    /// Seals under the first, where nothing else is asked for, and opens what was sealed under any of them.
    let keys: MasterKeys

    public init(_ keys: MasterKeys) {
        self.keys = keys
    }

    /// Seals under `master` and opens what was sealed under it or one of `accepting`.
    public init(master: MasterKey, accepting: [MasterKey] = []) {
        self.init(MasterKeys(sealing: master, accepting: accepting))
    }

    /// Encrypts a secret with a fresh random nonce.
    ///
    /// - Parameter id: Names the master key to seal under; the sealing one for nil, and where that key isn't at hand.
    public func seal(
        _ secret: SigningSecret, for identity: some SealedIdentity, under id: String? = nil
    ) throws(SigningFailure) -> [UInt8] {
        let master = keys.all.first { $0.id == id } ?? keys.sealing
        let header = [Self.version] + master.idBytes
        do {
            let key = Self.key(of: master, for: identity.tenantID)
            let box = try secret.withUnsafeBytes { bytes in
                try AES.GCM.seal(bytes, using: key, authenticating: Self.associatedData(header, identity))
            }
            return header + Array(box.nonce) + Array(box.ciphertext) + Array(box.tag)
        } catch {
            throw SigningFailure()
        }
    }

    /// Decrypts what was sealed for the same identity.
    public func open(_ sealed: [UInt8], for identity: some SealedIdentity) throws(UnsealFailure) -> SigningSecret {
        guard let id = Self.masterKeyID(of: sealed) else { throw .damaged }
        guard let master = keys.all.first(where: { $0.id == id }) else { throw .unknownMasterKey(id) }
        let header = Array(sealed.prefix(Self.headerLength))
        let body = sealed.dropFirst(Self.headerLength)
        let key = Self.key(of: master, for: identity.tenantID)
        guard let box = try? AES.GCM.SealedBox(combined: body),
            var secret = try? AES.GCM.open(box, using: key, authenticating: Self.associatedData(header, identity))
        else { throw .damaged }
        return SigningSecret(wiping: &secret)
    }

    /// The id of the master key under which a secret was sealed, if it looks sealed at all.
    public static func masterKeyID(of sealed: [UInt8]) -> String? {
        guard sealed.count > headerLength + nonceLength + tagLength, sealed[0] == version else { return nil }
        return Hexadecimal.encode(sealed[1..<headerLength])
    }

    private static func key(of master: MasterKey, for tenantID: UUID) -> SymmetricKey {
        master.derivedKey(for: Array("gatehouse/v1/signing-key/".utf8) + tenantID.bytes)
    }

    /// Every part but the last is of fixed length or preceded by its length, so that no two identities share the bytes.
    private static func associatedData(_ header: [UInt8], _ identity: some SealedIdentity) -> [UInt8] {
        identity.context.reduce(header + identity.tenantID.bytes) { $0 + lengthPrefixed($1) }
    }

    private static func lengthPrefixed(_ text: String) -> [UInt8] {
        withUnsafeBytes(of: UInt32(text.utf8.count).bigEndian) { Array($0) } + Array(text.utf8)
    }
}
