/// Numbers the steps that a program takes in a database, and lets it wait at one of them.
///
/// Triggers on every table pass a step before and after each statement and each row it writes, and once more for each
/// row while its transaction commits. What they count is a sequence, which no rollback takes back.
struct WorkSteps {
    let place: Installation

    /// Whoever holds this lets the program wait at the chosen step.
    static let lock = "select pg_advisory_xact_lock(4711)::text"

    /// The service itself passes no steps: it may serve meanwhile.
    static func install(in place: Installation) async throws -> WorkSteps {
        try await place.asSuperuser(
            """
            create schema steps;
            create sequence steps.passed;
            create table steps.chosen (step bigint not null);
            insert into steps.chosen values (0);
            create function steps.pass() returns trigger language plpgsql security definer
                set search_path = pg_catalog, pg_temp
            as $$
            begin
                if current_setting('application_name') <> 'gatehouse'
                    and nextval('steps.passed') = (select step from steps.chosen)
                then
                    perform pg_advisory_xact_lock(4711);
                end if;
                return coalesce(new, old);
            end
            $$;
            do $$
            declare
                subject text;
                events text := 'insert or update or delete';
            begin
                for subject in select format('%I.%I', schemaname, tablename) from pg_tables where schemaname = 'public'
                loop
                    execute format('create trigger step_a before %s on %s for each statement %s', events, subject,
                        'execute function steps.pass()');
                    execute format('create trigger step_b before %s on %s for each row %s', events, subject,
                        'execute function steps.pass()');
                    execute format('create trigger step_c after %s on %s for each row %s', events, subject,
                        'execute function steps.pass()');
                    execute format('create trigger step_d after %s on %s for each statement %s', events, subject,
                        'execute function steps.pass()');
                    execute format('create constraint trigger step_e after %s on %s %s for each row %s', events,
                        subject, 'deferrable initially deferred', 'execute function steps.pass()');
                end loop;
            end
            $$
            """)
        return WorkSteps(place: place)
    }

    /// From here on steps are counted anew, and the program waits at this one; at none for 0.
    func choose(_ step: Int) async throws {
        try await place.asSuperuser("alter sequence steps.passed restart; update steps.chosen set step = \(step)")
    }
}
