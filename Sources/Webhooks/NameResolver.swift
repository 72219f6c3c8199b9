/// Finds the addresses of a host.
protocol NameResolver: Sendable {
    /// Empty when there are none, when none could be learned, and when the task was cancelled. An address, in whatever spelling,
    /// has itself.
    func addresses(of host: String) async -> [InternetAddress]
}
