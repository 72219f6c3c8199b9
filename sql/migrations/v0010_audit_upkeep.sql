-- What users do is recorded too, for as long as each tenant says, and running instances remove what is over.
-- The new column's default rewrites nothing; tenants is locked for an instant, which has to be had within two seconds, and
-- nothing else that is in use: what would wait for a second table while it held this one could wait for requests that hold that
-- one and want this. The other tables follow in migrations of their own.
-- Instances of the release before go on beside it: they record less, and remove nothing.
set local lock_timeout = '2s';

alter table tenants
    add column audit_retention_seconds integer not null default 31536000,
    add constraint tenants_audit_retention_range check (audit_retention_seconds >= 86400);

-- Failures of one account from one source, counted for an hour: the trail gets the first of them and their number, so that a
-- flood of them can't fill the disk. Unlogged for the reason that guess_counters is. The subject is a digest.
create unlogged table failed_attempts (
    tenant_id uuid not null,
    subject bytea not null,
    source text not null,
    type text not null,
    user_id uuid,
    address text not null,
    failures integer not null,
    began_at timestamptz not null,
    last_at timestamptz not null,
    window_ends_at timestamptz not null,
    constraint failed_attempts_pkey primary key (tenant_id, subject, source, type),
    constraint failed_attempts_tenant_fkey foreign key (tenant_id) references tenants (id) on delete cascade,
    constraint failed_attempts_subject_length check (octet_length(subject) = 32),
    constraint failed_attempts_failures_range check (failures >= 1)
);

create index failed_attempts_window_ends_at on failed_attempts (tenant_id, window_ends_at);

alter table failed_attempts enable row level security;
alter table failed_attempts force row level security;
create policy failed_attempts_of_the_tenant on failed_attempts
    using (tenant_id = nullif(current_setting('gatehouse.tenant_id', true), '')::uuid)
    with check (tenant_id = nullif(current_setting('gatehouse.tenant_id', true), '')::uuid);

grant select, insert, update, delete on failed_attempts to gatehouse_service;

-- When a tenant is next looked through for what is over, and up to which of its sessions the last look came. Beside tenants,
-- because changing a row there has every instance read it again, and belonging to none of them, as keys_due_at does.
create table purges (
    id uuid not null,
    due_at timestamptz not null default now(),
    after_session uuid,
    constraint purges_pkey primary key (id),
    constraint purges_tenant_fkey foreign key (id) references tenants (id) on delete cascade
);
create index purges_due_at on purges (due_at);
grant select, update on purges to gatehouse_service;

create function schedule_purge() returns trigger
    language plpgsql
    set search_path = pg_catalog, pg_temp
as $$
begin
    insert into public.purges (id) values (new.id);
    return null;
end
$$;

create trigger tenants_schedule_purge
    after insert on tenants
    for each row execute function schedule_purge();

insert into purges (id) select id from tenants;
