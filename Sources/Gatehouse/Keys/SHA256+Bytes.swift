import Crypto

extension SHA256 {
    /// As `hash(data:)`, which goes region by region through whatever collection it is given.
    static func digest(of bytes: UnsafeRawBufferPointer) -> SHA256Digest {
        var hash = SHA256()
        hash.update(bufferPointer: bytes)
        return hash.finalize()
    }
}
