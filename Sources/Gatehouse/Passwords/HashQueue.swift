import struct FoundationEssentials.UUID

/// The jobs that wait for a hash thread: bounded, taken from the tenants in turn, and each tenant's in order of arrival.
///
/// When it is full, a job of a tenant that has less than its share is let in at the cost of the newest job of the tenant
/// that has most, so that a flood on one tenant fills only what the others leave free.
struct HashQueue<Job> {
    /// Names an admitted job, for taking it back.
    struct Ticket: Hashable {
        fileprivate let tenant: UUID
        fileprivate let number: UInt64
    }

    enum Admission {
        /// The job waits; `displaced` is another that no longer does.
        case admitted(Ticket, displaced: Job?)
        case refused
    }

    private(set) var count = 0
    private let limit: Int
    private var issued: UInt64 = 0
    private var waiting: [UUID: [(number: UInt64, job: Job)]] = [:]
    /// The tenants with waiting jobs, the next one first.
    private var turns: [UUID] = []

    init(limit: Int) {
        self.limit = limit
    }

    mutating func admit(_ job: Job, for tenant: UUID) -> Admission {
        var displaced: Job?
        if count >= limit {
            guard let victim = tenantToDisplace(for: tenant) else { return .refused }
            displaced = removeLast(of: victim)
        }
        issued += 1
        if waiting[tenant] == nil { turns.append(tenant) }
        waiting[tenant, default: []].append((issued, job))
        count += 1
        return .admitted(Ticket(tenant: tenant, number: issued), displaced: displaced)
    }

    /// The job whose turn it is.
    mutating func next() -> Job? {
        guard let tenant = turns.first else { return nil }
        turns.removeFirst()
        guard var jobs = waiting.removeValue(forKey: tenant) else { return nil }
        let job = jobs.removeFirst().job
        count -= 1
        if !jobs.isEmpty {
            waiting[tenant] = jobs
            turns.append(tenant)
        }
        return job
    }

    /// Takes a job back; nil when it has left the queue already.
    mutating func withdraw(_ ticket: Ticket) -> Job? {
        guard let index = waiting[ticket.tenant]?.firstIndex(where: { $0.number == ticket.number }) else { return nil }
        return remove(at: index, of: ticket.tenant)
    }

    /// The tenant with most jobs waiting, if it would still have no fewer than `newcomer` with one job moved.
    private func tenantToDisplace(for newcomer: UUID) -> UUID? {
        guard let longest = waiting.max(by: { $0.value.count < $1.value.count }) else { return nil }
        let own = waiting[newcomer]?.count ?? 0
        return longest.value.count > own + 1 ? longest.key : nil
    }

    private mutating func removeLast(of tenant: UUID) -> Job? {
        waiting[tenant].flatMap { remove(at: $0.count - 1, of: tenant) }
    }

    private mutating func remove(at index: Int, of tenant: UUID) -> Job? {
        let job = waiting[tenant]?.remove(at: index).job
        count -= 1
        if waiting[tenant]?.isEmpty == true {
            waiting[tenant] = nil
            turns.removeAll { $0 == tenant }
        }
        return job
    }
}

extension HashQueue: Sendable where Job: Sendable {}
