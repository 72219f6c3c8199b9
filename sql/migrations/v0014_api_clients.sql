-- Programs of a tenant that may ask what a token is worth and revoke it. A new table: no request knows of it yet. Its reference
-- locks tenants against writers, who are operators, for an instant, which has to be had within two seconds.
set local lock_timeout = '2s';

create table api_clients (
    tenant_id uuid not null,
    id uuid not null,
    name text not null,
    -- SHA-256 of 256 random bits, which are not to be found by trying: nothing slower is needed.
    secret_hash bytea not null,
    created_at timestamptz not null default now(),
    constraint api_clients_pkey primary key (tenant_id, id),
    constraint api_clients_tenant_fkey foreign key (tenant_id) references tenants (id) on delete cascade,
    constraint api_clients_name_length check (char_length(name) between 1 and 200),
    constraint api_clients_secret_hash_length check (octet_length(secret_hash) = 32)
);

alter table api_clients enable row level security;
alter table api_clients force row level security;
create policy api_clients_of_the_tenant on api_clients
    using (tenant_id = nullif(current_setting('gatehouse.tenant_id', true), '')::uuid)
    with check (tenant_id = nullif(current_setting('gatehouse.tenant_id', true), '')::uuid);

-- The service recognises clients. Making and removing them is for operators.
grant select (tenant_id, id, secret_hash) on api_clients to gatehouse_service;
