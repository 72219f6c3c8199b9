public import FoundationEssentials

/// Who a request is made by: a user, by a live session of theirs.
public struct SignedIn: Sendable {
    public let user: User
    public let sessionID: UUID
}
