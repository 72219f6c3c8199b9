-- What is recorded of a user is told to the tenant's webhooks: in the transaction that records it, whichever program that is, so that
-- neither is there without the other. audit_events is locked against writers for an instant, which has to be had within two seconds.
set local lock_timeout = '2s';

create function queue_webhooks() returns trigger
    language plpgsql
    set search_path = pg_catalog, pg_temp
as $$
begin
    with queued as (
        insert into public.webhook_messages (tenant_id, id, endpoint_id, event_id, type, at, user_id, session_id)
        select new.tenant_id, gen_random_uuid(), e.id, new.id, new.type, new.at, new.user_id, new.session_id
        from public.webhook_endpoints e
        where e.tenant_id = new.tenant_id and e.disabled_at is null
            and (e.event_types = '{}' or new.type = any (e.event_types))
        returning tenant_id, id
    )
    insert into public.deliveries (id, tenant, kind) select id, tenant_id, 'webhook' from queued;
    return null;
end
$$;

create trigger audit_events_queue_webhooks
    after insert on audit_events
    for each row when (new.user_id is not null) execute function queue_webhooks();
