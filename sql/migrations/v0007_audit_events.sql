-- What happened to accounts and keys, and who did it. Append-only for the service: it may insert and read, no more.
-- A new table: it locks nothing that is in use.
create table audit_events (
    tenant_id uuid not null,
    id uuid not null,
    at timestamptz not null default now(),
    actor text not null,
    type text not null,
    user_id uuid,
    session_id uuid,
    address text,
    user_agent text,
    detail jsonb not null default '{}',
    constraint audit_events_pkey primary key (tenant_id, id),
    constraint audit_events_tenant_fkey foreign key (tenant_id) references tenants (id) on delete cascade,
    constraint audit_events_detail_object check (jsonb_typeof(detail) = 'object')
);

alter table audit_events enable row level security;
alter table audit_events force row level security;
create policy audit_events_of_the_tenant on audit_events
    using (tenant_id = nullif(current_setting('gatehouse.tenant_id', true), '')::uuid)
    with check (tenant_id = nullif(current_setting('gatehouse.tenant_id', true), '')::uuid);

grant select, insert on audit_events to gatehouse_service;
