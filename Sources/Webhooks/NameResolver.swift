/// Finds the addresses of a host.
protocol NameResolver: Sendable {
    /// Empty when there are none, when none could be learned, and when the task was cancelled. An address, in whatever spelling,
    /// has itself. Nil when nobody was asked, as too many others are being looked up.
    func addresses(of host: String) async -> [InternetAddress]?
}
