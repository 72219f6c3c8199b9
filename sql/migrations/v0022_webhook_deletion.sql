-- An event passes over an endpoint that is being deleted. Its message refers to the endpoint, so it used to wait for the deletion, and what
-- it records, a sign-in for instance, failed with it. The function is replaced and nothing else: no table is locked.
set local lock_timeout = '2s';

create or replace function queue_webhooks() returns trigger
    language plpgsql
    set search_path = pg_catalog, pg_temp
as $$
begin
    with wanting as (
        select e.id from public.webhook_endpoints e
        where e.tenant_id = new.tenant_id and e.disabled_at is null
            and (e.event_types = '{}' or new.type = any (e.event_types))
        -- The lock that the reference takes anyway; only a deletion stands against it.
        for key share of e skip locked
    ), queued as (
        insert into public.webhook_messages (tenant_id, id, endpoint_id, event_id, type, at, user_id, session_id)
        select new.tenant_id, gen_random_uuid(), wanting.id, new.id, new.type, new.at, new.user_id, new.session_id
        from wanting
        returning tenant_id, id
    )
    insert into public.deliveries (id, tenant, kind) select id, tenant_id, 'webhook' from queued;
    return null;
end
$$;
