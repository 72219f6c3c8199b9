-- One row per app. Not a tenant table itself: the service reads it to find out which tenant a request is for.
-- A new table: it locks nothing that is in use.
create table tenants (
    id uuid not null,
    slug text collate "C" not null,
    name text not null,
    access_ttl_seconds integer not null default 900,
    refresh_ttl_seconds integer not null default 2592000,
    session_max_age_seconds integer not null default 15552000,
    grace_seconds integer not null default 60,
    reuse_policy text not null default 'strict',
    algorithm text not null default 'ES256',
    issuer text,
    audience text,
    password_min_length integer not null default 8,
    allowed_origins text[] not null default '{}',
    registration_open boolean not null default true,
    rotate_every_seconds integer,
    disabled_at timestamptz,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint tenants_pkey primary key (id),
    constraint tenants_slug_key unique (slug),
    constraint tenants_slug_format check (slug ~ '^[a-z][a-z0-9-]{0,38}[a-z0-9]$'),
    constraint tenants_access_ttl_range check (access_ttl_seconds >= 1),
    constraint tenants_refresh_ttl_range check (refresh_ttl_seconds >= 1),
    constraint tenants_session_max_age_range check (session_max_age_seconds >= 1),
    constraint tenants_grace_range check (grace_seconds between 0 and 300),
    constraint tenants_reuse_policy_known check (reuse_policy in ('strict', 'until_used')),
    constraint tenants_algorithm_known check (algorithm in ('ES256', 'EdDSA', 'HS256')),
    constraint tenants_password_min_length_range check (password_min_length between 8 and 64),
    constraint tenants_rotate_every_range check (rotate_every_seconds >= 1)
);

grant select on tenants to gatehouse_service;

-- Running instances keep tenants and their keys in memory; whoever changes a row, by whatever program, tells them.
create function notify_tenant_changed() returns trigger
    language plpgsql
    set search_path = pg_catalog, pg_temp
as $$
begin
    if tg_table_name = 'tenants' then
        perform pg_notify('gatehouse_tenants', coalesce(new.id, old.id)::text);
    else
        perform pg_notify('gatehouse_tenants', coalesce(new.tenant_id, old.tenant_id)::text);
    end if;
    return null;
end
$$;

create trigger tenants_notify
    after insert or update or delete on tenants
    for each row execute function notify_tenant_changed();
