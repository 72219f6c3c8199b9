-- What an API client revokes is recorded in its name: the service may write events for clients that the tenant has, besides its own
-- and those of users. audit_events is locked for an instant, which has to be had within two seconds.
set local lock_timeout = '2s';

alter policy audit_events_by_service_or_user on audit_events
    with check (actor in ('service', 'user') or exists (
        select from api_clients c
        where c.tenant_id = audit_events.tenant_id and audit_events.actor = 'client:' || c.id::text));
