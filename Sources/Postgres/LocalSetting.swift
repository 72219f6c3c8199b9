/// A setting of the server that holds for one transaction, such as the tenant that row-level security asks for.
///
/// It goes out with the statement it is for, in the same round trip, as `set_config(name, value, true)`.
public struct LocalSetting: Hashable, Sendable {
    public let name: String
    public let value: String

    public init(_ name: String, _ value: String) {
        self.name = name
        self.value = value
    }
}
