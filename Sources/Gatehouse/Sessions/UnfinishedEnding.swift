/// Not all that was to be done has been, or isn't known to be: sessions are left, the keys of an emergency may not be revoked, or the
/// trail lacks what was done. What has been done stays done, and the advice says what is left to do.
public struct UnfinishedEnding: Error {
    public let cause: any Error
    /// What has happened and what to do; without a full stop, as the cause follows.
    public let advice: String

    init(_ cause: any Error, ended: Int, tenant slug: String, isEmergency: Bool) {
        self.cause = cause
        advice = """
            \(isEmergency ? Self.keysAreRevoked : "")Not every session has been ended yet, \(ended) \(ended == 1 ? "has" : "have"); \
            for the rest run: gatehouse admin session revoke-all \(slug) --yes
            """
    }

    /// All have been ended, and only the trail doesn't say so.
    init(notRecorded cause: any Error, ended: Int, isEmergency: Bool) {
        self.cause = cause
        advice = """
            \(isEmergency ? Self.keysAreRevoked : "")Every session has been ended, \(ended) \(ended == 1 ? "was" : "were") live; \
            there is nothing left to do, but the audit trail doesn't have it
            """
    }

    private static let keysAreRevoked = "The refresh keys are revoked, and verify nothing any more. "

    /// Of an emergency: nobody knows whether the keys are revoked.
    init(notKnownToBegin cause: any Error) {
        self.cause = cause
        advice = "The refresh keys may not be revoked, and no session has been ended yet; repeat the command"
    }
}
