#if canImport(Darwin)
    import Darwin
#elseif canImport(Musl)
    import Musl
#else
    import Glibc
#endif

extension HashThreads {
    /// Starts one thread, which keeps this object alive until it ends.
    func start() -> Bool {
        let context = Unmanaged.passRetained(self)
        #if canImport(Darwin)
            var thread: pthread_t?
        #else
            var thread = pthread_t()
        #endif
        let code = pthread_create(&thread, nil, hashThreadMain, context.toOpaque())
        guard code == 0 else {
            context.release()
            return false
        }
        #if canImport(Darwin)
            if let thread { pthread_detach(thread) }
        #else
            pthread_detach(thread)
        #endif
        return true
    }

    /// On Linux `setpriority` of 0 means the calling thread, not its process. A hash keeps a core busy for milliseconds,
    /// which everything else that is short need not wait for: it takes what the rest of the process leaves, and about a
    /// quarter of a core where that is nothing.
    private static func yieldPrecedence() {
        #if canImport(Glibc)
            setpriority(Int32(PRIO_PROCESS.rawValue), 0, 5)
        #elseif canImport(Musl)
            setpriority(PRIO_PROCESS, 0, 5)
        #endif
    }

    fileprivate static func main(_ context: UnsafeMutableRawPointer) {
        yieldPrecedence()
        Unmanaged<HashThreads>.fromOpaque(context).takeRetainedValue().work()
    }
}

#if canImport(Darwin)
    private func hashThreadMain(_ context: UnsafeMutableRawPointer) -> UnsafeMutableRawPointer? {
        HashThreads.main(context)
        return nil
    }
#else
    private func hashThreadMain(_ context: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
        if let context { HashThreads.main(context) }
        return nil
    }
#endif
