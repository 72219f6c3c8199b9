import FoundationEssentials
import Postgres

/// Ends changes of address for good, when the account has the address again that it had before them: by what was mailed there, or
/// because somebody has confirmed it anew. That takes no more than reading its mail, either way.
struct EndEmailChanges: Sendable {
    let identifiers: IdentifierSource

    /// Voids whatever was mailed to the user, with the ways back of the change `first` and of those after it; what came earlier stays
    /// good. The address that the account had until now is told, as are those that hadn't been told yet that it was theirs no longer:
    /// none of them gets a way back. A change has brought each of them, so that each is verified.
    ///
    /// In a transaction that has locked the user's row.
    func callAsFunction(
        since first: UUID, leaving before: FormerEmail, for restored: UsedToken, from client: ClientInfo,
        in transaction: Transaction, of tenant: UUID
    ) async throws {
        let untold = try await transaction.query(UndoStatements.untold, (tenant, restored.user, first))
        _ = try await transaction.execute(OneTimeTokenStatements.void, (tenant, restored.user, first))
        var told: Set = [restored.email.foldingASCIICase]
        for address in [before.text] + untold where told.insert(address.foldingASCIICase).inserted {
            let notice = NewMail(
                id: identifiers.next(), tenant: tenant, user: restored.user, kind: .emailChangeUndone,
                recipient: address, locale: client.language)
            _ = try await transaction.execute(MailStatements.enqueue, notice)
        }
    }
}
