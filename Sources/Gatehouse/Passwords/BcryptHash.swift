import CXcrypt

/// A bcrypt hash of the revisions `$2a$`, `$2b$` or `$2y$`, which libxcrypt verifies; `$2x$` is a bug's and refused.
///
/// bcrypt looks at no more than the first 72 bytes of a password.
struct BcryptHash: StoredHash {
    private let stored: String
    private let cost: Int

    private static let passwordLength = 72
    private static let tagLength = 31

    init?(_ stored: String) {
        guard let phc = PHCString(stored), ["2a", "2b", "2y"].contains(phc.scheme), phc.sections.count == 2,
            phc.sections[0].utf8.count == 2, phc.sections[0].utf8.allSatisfy({ (0x30...0x39).contains($0) }),
            let cost = Int(phc.sections[0]), (4...31).contains(cost),
            phc.sections[1].utf8.count == 53, phc.sections[1].utf8.allSatisfy(Self.isDigit)
        else { return nil }
        self.stored = stored
        self.cost = cost
    }

    private static func isDigit(_ character: UInt8) -> Bool {
        switch character {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
        case UInt8(ascii: ".")...UInt8(ascii: "9"): true
        default: false
        }
    }

    func isWithin(_ ceiling: HashCeiling) -> Bool {
        cost <= ceiling.bcryptCost
    }

    func readsAll(of length: Int) -> Bool {
        length <= Self.passwordLength
    }

    /// libxcrypt repeats the setting before the tag, but clears the unused bits of a sloppy salt: only tags are compared.
    func matches(_ password: inout [UInt8]) throws(HashingFailure) -> Bool {
        // libxcrypt refuses phrases of 512 bytes, which a password in UTF-8 may have.
        var phrase = password.prefix(Self.passwordLength) + [0]
        defer { phrase.withUnsafeMutableBytes { $0.wipe() } }
        let size = MemoryLayout<crypt_data>.size
        let scratch = UnsafeMutableRawBufferPointer.allocate(
            byteCount: size, alignment: MemoryLayout<crypt_data>.alignment)
        scratch.initializeMemory(as: UInt8.self, repeating: 0)
        defer {
            scratch.wipe()
            scratch.deallocate()
        }
        let tag: [UInt8]? = phrase.withUnsafeBytes { phrase in
            let phrase = phrase.assumingMemoryBound(to: CChar.self)
            return crypt_rn(phrase.baseAddress, stored, scratch.baseAddress, Int32(size)).map { result in
                Array(String(cString: result).utf8.suffix(Self.tagLength))
            }
        }
        guard let tag else { throw .overloaded }
        return SecretBytes(bytes: tag).matches(Array(stored.utf8.suffix(Self.tagLength)))
    }
}
