-- Users delete their accounts themselves. Of what the audit trail holds of them, what tells where they have been goes too: the service
-- may empty that, of users who are gone, and change nothing else. audit_events is locked while the index is made, about a second for a
-- million events: sign-ins, which are recorded there, wait; refreshes go on. The lock has to be had within two seconds.
set local lock_timeout = '2s';

-- First what needs the strongest lock: who holds a weaker one and asks for more may wait for whoever waits for them.
create policy audit_events_scrubbed_when_gone on audit_events as restrictive for update to gatehouse_service
    using (user_id is not null and not exists (
        select from users u where u.tenant_id = audit_events.tenant_id and u.id = audit_events.user_id));
create policy audit_events_only_scrubbed on audit_events as restrictive for update to gatehouse_service
    with check (address is null and user_agent is null);

create function refuse_rewritten_event() returns trigger
    language plpgsql
    set search_path = pg_catalog, pg_temp
as $$
begin
    raise exception 'Of an event''s detail nothing but the source can be removed.'
        using errcode = 'check_violation', table = 'audit_events', constraint = 'audit_events_detail_final';
end
$$;

create trigger audit_events_detail
    before update of detail on audit_events
    for each row when (new.detail is distinct from old.detail - 'source')
    execute function refuse_rewritten_event();

create index audit_events_user_id on audit_events (tenant_id, user_id) where address is not null;

grant update (address, user_agent, detail) on audit_events to gatehouse_service;
grant delete on users to gatehouse_service;
