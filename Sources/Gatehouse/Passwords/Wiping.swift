#if canImport(Darwin)
    import Darwin
#elseif canImport(Musl)
    import Musl
#else
    import Glibc
#endif

extension UnsafeMutableRawBufferPointer {
    /// Overwrites the memory with zeros in a way that the optimiser may not remove.
    public func wipe() {
        guard let baseAddress else { return }
        #if canImport(Darwin)
            memset_s(baseAddress, count, 0, count)
        #else
            explicit_bzero(baseAddress, count)
        #endif
    }
}

extension [UInt8] {
    /// Overwrites the elements with zeros. Wipes nothing but a fresh copy when the storage is shared.
    public mutating func wipe() {
        withUnsafeMutableBytes { $0.wipe() }
    }
}
