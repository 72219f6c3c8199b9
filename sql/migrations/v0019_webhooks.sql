-- Where a tenant wants to be told what happens to its users, and what is to be told. New tables: no request knows of them yet. Their
-- references lock tenants against writers, who are operators, for an instant, which has to be had within two seconds; the trigger
-- that fills them follows in a migration of its own.
set local lock_timeout = '2s';

create table webhook_endpoints (
    tenant_id uuid not null,
    id uuid not null,
    url text not null,
    -- Empty for all there are.
    event_types text[] not null default '{}',
    -- Sealed under the master key, as signing keys are.
    secret bytea not null,
    -- Whether the address may be one that only this network reaches.
    allows_private boolean not null default false,
    created_at timestamptz not null default now(),
    disabled_at timestamptz,
    constraint webhook_endpoints_pkey primary key (tenant_id, id),
    constraint webhook_endpoints_tenant_fkey foreign key (tenant_id) references tenants (id) on delete cascade,
    constraint webhook_endpoints_url_length check (octet_length(url) between 8 and 500)
);

alter table webhook_endpoints enable row level security;
alter table webhook_endpoints force row level security;
create policy webhook_endpoints_of_the_tenant on webhook_endpoints
    using (tenant_id = nullif(current_setting('gatehouse.tenant_id', true), '')::uuid)
    with check (tenant_id = nullif(current_setting('gatehouse.tenant_id', true), '')::uuid);

grant select, update (disabled_at) on webhook_endpoints to gatehouse_service;

-- One event for one endpoint. It names a user and holds nothing of them, so that it can outlive them.
create table webhook_messages (
    tenant_id uuid not null,
    id uuid not null,
    endpoint_id uuid not null,
    event_id uuid not null,
    type text not null,
    at timestamptz not null,
    user_id uuid not null,
    session_id uuid,
    created_at timestamptz not null default now(),
    delivered_at timestamptz,
    failed_at timestamptz,
    -- Why the last attempt failed: a code, never what the endpoint has said.
    failure text,
    constraint webhook_messages_pkey primary key (tenant_id, id),
    constraint webhook_messages_endpoint_fkey foreign key (tenant_id, endpoint_id)
        references webhook_endpoints (tenant_id, id) on delete cascade
);

create index webhook_messages_endpoint_id on webhook_messages (tenant_id, endpoint_id, created_at);
create index webhook_messages_created_at on webhook_messages (tenant_id, created_at);

alter table webhook_messages enable row level security;
alter table webhook_messages force row level security;
create policy webhook_messages_of_the_tenant on webhook_messages
    using (tenant_id = nullif(current_setting('gatehouse.tenant_id', true), '')::uuid)
    with check (tenant_id = nullif(current_setting('gatehouse.tenant_id', true), '')::uuid);

grant select, insert, update, delete on webhook_messages to gatehouse_service;
