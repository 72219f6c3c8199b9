/// What an instance says of itself to whoever decides where requests go.
public struct ReadinessReport: Sendable, Equatable {
    /// One thing that must hold.
    public struct Check: Sendable, Equatable {
        /// The name that monitoring knows it by, in `snake_case`.
        public let name: String
        /// Why it doesn't hold, in words that help to mend it and repeat nothing secret; nil when it holds.
        public let fault: String?

        init(_ name: String, fault: String? = nil) {
            self.name = name
            self.fault = fault
        }
    }

    /// All of them, in an order that stays.
    public let checks: [Check]

    public var isReady: Bool { checks.allSatisfy { $0.fault == nil } }
}
