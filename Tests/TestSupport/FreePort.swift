import Foundation
import Synchronization

public enum FreePort {
    private static let taken = Mutex<Set<Int>>([])

    /// A port that nobody listens on, and that is given out once. It is below those that the kernel gives to whoever
    /// asks for any, so that no connection of another program takes it before it is used.
    public static func take() -> Int {
        taken.withLock { taken in
            var port = Int.random(in: 20_000..<32_000)
            while taken.contains(port) || !isFree(port) { port = Int.random(in: 20_000..<32_000) }
            taken.insert(port)
            return port
        }
    }

    private static func isFree(_ port: Int) -> Bool {
        #if canImport(Darwin)
            let descriptor = socket(AF_INET, SOCK_STREAM, 0)
        #else
            let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        #endif
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                bind(descriptor, generic, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
    }
}
