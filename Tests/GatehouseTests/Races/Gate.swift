import Postgres
import TestSupport

@testable import Gatehouse

/// A point in the database at which a statement that comes by, as a rule the first, waits until it is let on.
struct Gate: Sendable, Hashable {
    enum Moment: CaseIterable, Sendable {
        /// The statement has its snapshot, and has locked nothing yet.
        case beforeStatement
        /// The row is changed and locked.
        case afterRow
        /// Everything is done but for the commit.
        case beforeCommit
    }

    /// Such as `update of ended_at on refresh_tokens`.
    let event: String
    var moment = Moment.beforeStatement
    /// Which of those that come by waits.
    var turn = 1

    func at(_ moment: Moment) -> Gate { Gate(event: event, moment: moment, turn: turn) }

    /// A password was right, so that the attempt, which has been counted, is given back. Instances from `onAnotherInstance` count none.
    static let verified = Gate(event: "update on guess_counters", turn: 2)

    fileprivate var trigger: String {
        switch moment {
        case .beforeStatement: "create trigger gate before \(event) for each statement execute function gate.pass()"
        case .afterRow: "create trigger gate after \(event) for each row execute function gate.pass()"
        case .beforeCommit:
            "create constraint trigger gate after \(event) deferrable initially deferred for each row "
                + "execute function gate.pass()"
        }
    }

    fileprivate var table: Substring { event.split(separator: " ").last ?? "" }
}

/// Two calls of which one is held at a gate while the other goes as far as it can.
struct HeldRace: Sendable {
    let installation: Installation

    static func make(limits: GuessLimits = .off) async throws -> HeldRace {
        var installation = try await Installation.make(limits: limits)
        // An ending that asks again and again for the end of what is held at a gate does so in vain: that is let on after it.
        installation.administration.patience = .milliseconds(200)
        try await installation.asSuperuser(
            """
            create schema gate;
            create sequence gate.passed minvalue -9 start 1;
            create function gate.pass() returns trigger language plpgsql security definer
                set search_path = pg_catalog, pg_temp
            as $$
            begin
                if nextval('gate.passed') = 1 then perform pg_advisory_xact_lock(4711); end if;
                return coalesce(new, old);
            end
            $$;
            """)
        return HeldRace(installation: installation)
    }

    /// Starts `held`, lets it come to the gate, and there wait until `other` has ended or waits for it in turn.
    func run<Held: Sendable, Other: Sendable>(
        at gate: Gate, _ held: @escaping @Sendable () async throws -> Held,
        while other: @escaping @Sendable () async throws -> Other
    ) async throws -> (Result<Held, any Error>, Result<Other, any Error>) {
        let keeper = try await Connection.open(installation.database.superuserURL)
        try await keeper.script("alter sequence gate.passed restart with \(2 - gate.turn); \(gate.trigger)")
        // Within a transaction one sees the sessions that were there when one looked first.
        let watcher = try await Connection.open(installation.database.superuserURL)
        try await keeper.script("begin; select pg_advisory_xact_lock(4711)")
        let (first, firstDone) = start(held)
        try await waitForLocks(seenBy: watcher) { atGate, _ in atGate == 1 || firstDone.isSet }
        guard !firstDone.isSet else { throw NeverHeld(gate: gate) }
        let (second, secondDone) = start(other)
        try await waitForLocks(seenBy: watcher) { atGate, behind in atGate + behind > 1 || secondDone.isSet }
        try await keeper.script("commit")
        let results = (await first.result, await second.result)
        try await keeper.script("drop trigger gate on \(gate.table)")
        await keeper.close()
        await watcher.close()
        return results
    }

    private func start<Value: Sendable>(
        _ body: @escaping @Sendable () async throws -> Value
    ) -> (Task<Value, any Error>, Flag) {
        let done = Flag()
        let task = Task {
            defer { done.set() }
            return try await body()
        }
        return (task, done)
    }
}

private struct NeverHeld: Error {
    let gate: Gate
}
