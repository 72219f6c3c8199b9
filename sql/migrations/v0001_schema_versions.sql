-- What has been applied, and the role the service runs as. The first migration of an empty database: it locks nothing.
create table schema_versions (
    version integer not null,
    name text not null,
    applied_at timestamptz not null default now(),
    constraint schema_versions_pkey primary key (version),
    constraint schema_versions_version_positive check (version > 0)
);

-- Roles belong to the whole server: another database's migration may be making this one at the same moment.
do $$
begin
    if not exists (select from pg_roles where rolname = 'gatehouse_service') then
        create role gatehouse_service nologin;
    end if;
exception
    when duplicate_object or unique_violation then null;
end
$$;

-- PostgreSQL 15 denies this by default; older ones and restored databases may not. Only the schema's owner may say so.
do $$
begin
    if has_schema_privilege('public', 'public', 'create') then
        revoke create on schema public from public;
    end if;
end
$$;

grant usage on schema public to gatehouse_service;
grant select on schema_versions to gatehouse_service;
