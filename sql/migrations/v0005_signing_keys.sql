-- Every tenant's keys. The private part is sealed under the operator's master key, which no database ever sees.
-- A new table: it locks nothing that is in use.
create table signing_keys (
    tenant_id uuid not null,
    kid text collate "C" not null,
    use text not null,
    algorithm text not null,
    state text not null,
    sealed_secret bytea not null,
    -- The longest token lifetime configured while this key was current: how long it must verify after that.
    longest_lifetime_seconds integer not null default 0,
    created_at timestamptz not null default now(),
    activated_at timestamptz,
    retired_at timestamptz,
    verify_until timestamptz,
    revoked_at timestamptz,
    constraint signing_keys_pkey primary key (tenant_id, kid),
    constraint signing_keys_tenant_fkey foreign key (tenant_id) references tenants (id) on delete cascade,
    constraint signing_keys_use_known check (use in ('access', 'refresh')),
    constraint signing_keys_algorithm_known check (algorithm in ('ES256', 'EdDSA', 'HS256')),
    constraint signing_keys_refresh_is_secret check (use = 'access' or algorithm = 'HS256'),
    constraint signing_keys_state_known check (state in ('next', 'current', 'retired', 'revoked')),
    constraint signing_keys_current_activated check (state <> 'current' or activated_at is not null),
    constraint signing_keys_retired_bounded check (state <> 'retired' or (retired_at is not null and verify_until is not null)),
    constraint signing_keys_revoked_dated check ((state = 'revoked') = (revoked_at is not null))
);

create unique index signing_keys_one_current on signing_keys (tenant_id, use) where state = 'current';
create unique index signing_keys_one_next on signing_keys (tenant_id, use) where state = 'next';

alter table signing_keys enable row level security;
alter table signing_keys force row level security;
create policy signing_keys_of_the_tenant on signing_keys
    using (tenant_id = nullif(current_setting('gatehouse.tenant_id', true), '')::uuid)
    with check (tenant_id = nullif(current_setting('gatehouse.tenant_id', true), '')::uuid);

grant select on signing_keys to gatehouse_service;

create trigger signing_keys_notify
    after insert or update or delete on signing_keys
    for each row execute function notify_tenant_changed();
