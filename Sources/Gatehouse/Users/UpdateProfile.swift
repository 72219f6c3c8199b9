import FoundationEssentials
import Postgres

/// What a user asks to change of their own profile.
public struct ProfileChange: Sendable {
    public let name: Change<DisplayName>
    public let username: Change<Username>

    public init(name: Change<DisplayName>, username: Change<Username>) {
        self.name = name
        self.username = username
    }
}

/// A user changes their own name or username.
public struct UpdateProfile: Sendable {
    let database: Database
    let identifiers: IdentifierSource
    /// Of changes that one user makes.
    let budget: GuessBudget?

    /// The user after the change, of which there is nothing to record, nor to count, where it changes nothing. Throws `usernameTaken`,
    /// `tooManyAttempts`, and `sessionEnded` when this session was ended since it was asked who calls: a body may take its time.
    public func callAsFunction(
        _ change: ProfileChange, of signedIn: SignedIn, from client: ClientInfo, in served: ServedTenant
    ) async throws -> User {
        let tenant = served.tenant.id
        let update = UserStatements.ProfileUpdate(
            tenant: tenant, user: signedIn.user.id, session: signedIn.sessionID, change: change, budget: budget,
            stamp: EventStamp(id: identifiers.next(), client: client))
        do {
            guard let profile = try await database.first(UserStatements.updateProfile, update, in: tenant) else {
                throw try await database.refusal(.sessionEnded, in: tenant)
            }
            if let seconds = profile.retryAfter { throw Refusal.tooManyAttempts(retryAfter: Int(seconds)) }
            if !profile.isChanged, profile.isReplicated { try await database.confirm(in: tenant) }
            return profile.user
        } catch let error as PostgresError {
            throw error.userConflict ?? error
        }
    }
}

extension UserStatements {
    struct ProfileUpdate: Sendable {
        let tenant: UUID
        let user: UUID
        /// By which the user asks.
        let session: UUID
        let change: ProfileChange
        let budget: GuessBudget?
        let stamp: EventStamp
    }

    struct UpdatedProfile: Sendable {
        /// As they are now.
        let user: User
        let isChanged: Bool
        /// In whole seconds, where they would change but for the budget.
        let retryAfter: Int32?
        let isReplicated: Bool
    }

    /// Locks the person before their session, as whoever changes a password does. What is answered, and whether anything changes, is
    /// of the row as it is then: the statement's snapshot may be older than a change that was waited for.
    static let updateProfile = Statement<ProfileUpdate, UpdatedProfile>(
        """
        with \(TenantStatements.held), person as (
            select u.* from users u, t
            where u.tenant_id = t.id and u.id = $2 and u.disabled_at is null and t.disabled_at is null
            for no key update of u
        ), caller as (
            select person.* from person, refresh_tokens s, t
            where s.tenant_id = t.id and s.id = $7 and s.user_id = person.id and \(SessionStatements.isAlive)
            for share of s
        ), changing as (
            select * from (
                select $3 and caller.name is distinct from $4 as name, $5 and caller.username is distinct from $6 as username
                from caller
            ) as change where name or username
        ), counted as (
            \(BudgetStatements.counting(subject: "$11", limit: "$12", window: "$13", from: "changing", where: "true"))
        ), updated as (
            update users u
            set name = case when $3 then $4 else u.name end, username = case when $5 then $6 else u.username end,
                updated_at = now()
            from counted
            where u.tenant_id = $1 and u.id = $2
            returning \(userColumns)
        ), recorded as (
            \(AuditStatements.insertion(
                of: .profileUpdated, for: "updated, changing", user: "updated.id", session: "$7",
                detail: "jsonb_build_object('name', changing.name, 'username', changing.username)", stamp: 8))
        )
        select true, null::integer, \(StandbyConfirmation.isNeeded), updated.* from updated
        union all
        select false, case when exists (select from changing) then \(BudgetStatements.wait(for: "$11")) end,
            \(StandbyConfirmation.isNeeded), \(userColumns)
        from caller u where not exists (select from updated)
        """,
        bind: {
            let (name, username, stamp) = ($0.change.name, $0.change.username, $0.stamp)
            let subject = CountedSubject(profileOf: $0.user, in: $0.tenant)
            let limit = BudgetStatements.Limit($0.budget)
            return (
                $0.tenant, $0.user, name.isChange, name.value?.text, username.isChange, username.value?.text,
                $0.session, stamp.id, stamp.client.address, stamp.client.userAgent, subject.digest, limit.count,
                limit.window
            )
        },
        row: {
            (
                isChanged: Bool, retryAfter: Int32?, isReplicated: Bool, id: UUID, email: String, emailVerified: Bool,
                username: String?, name: String?, claims: PostgresJSON, isEnabled: Bool, createdAt: Date,
                updatedAt: Date
            ) in
            UpdatedProfile(
                user: try User.row(
                    id: id, email: email, emailVerified: emailVerified, username: username, name: name, claims: claims,
                    isEnabled: isEnabled, createdAt: createdAt, updatedAt: updatedAt),
                isChanged: isChanged, retryAfter: retryAfter, isReplicated: isReplicated)
        })
}
