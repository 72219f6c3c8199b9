-- Events may go when they are older than their tenant keeps them. The service speaks for itself and for users, never in an operator's
-- name. audit_events is locked for an instant, which has to be had within two seconds.
set local lock_timeout = '2s';

create policy audit_events_go_when_old on audit_events as restrictive for delete to gatehouse_service
    using (exists (
        select from tenants t
        where t.id = audit_events.tenant_id
            and audit_events.at <= statement_timestamp() - make_interval(secs => t.audit_retention_seconds)));
create policy audit_events_by_service_or_user on audit_events as restrictive for insert to gatehouse_service
    with check (actor in ('service', 'user'));
grant delete on audit_events to gatehouse_service;
