-- The people of a tenant. A new table: it locks nothing that is in use.
create table users (
    tenant_id uuid not null,
    id uuid not null,
    email text not null,
    -- What names are looked up and kept unique by. Under the C collation lower() folds ASCII letters and nothing else.
    -- Columns, not an index on the expression: lower() isn't leakproof, so under row-level security no lookup could use it.
    email_key text collate "C" not null generated always as (lower(email collate "C")) stored,
    username text,
    username_key text collate "C" generated always as (lower(username collate "C")) stored,
    name text,
    email_verified_at timestamptz,
    password_hash text,
    -- Moves with every change of the password, not with an upgrade of its hash: what a racing login compares.
    password_version integer not null default 1,
    claims jsonb not null default '{}',
    disabled_at timestamptz,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint users_pkey primary key (tenant_id, id),
    constraint users_email_key unique (tenant_id, email_key),
    constraint users_username_key unique (tenant_id, username_key),
    constraint users_tenant_fkey foreign key (tenant_id) references tenants (id) on delete cascade,
    constraint users_email_length check (octet_length(email) between 3 and 254),
    constraint users_username_length check (octet_length(username) between 1 and 64),
    constraint users_name_length check (char_length(name) between 1 and 200),
    constraint users_claims_object check (jsonb_typeof(claims) = 'object')
);

alter table users enable row level security;
alter table users force row level security;
create policy users_of_the_tenant on users
    using (tenant_id = nullif(current_setting('gatehouse.tenant_id', true), '')::uuid)
    with check (tenant_id = nullif(current_setting('gatehouse.tenant_id', true), '')::uuid);

grant select, insert, update on users to gatehouse_service;
