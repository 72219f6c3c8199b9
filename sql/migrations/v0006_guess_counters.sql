-- Failed sign-ins per account, shared by all instances. Unlogged: losing a count in a crash is harmless,
-- a WAL record for every guess of a flood is not. The subject is a digest: no address or email stands here.
-- A new table: it locks nothing that is in use.
create unlogged table guess_counters (
    tenant_id uuid not null,
    subject bytea not null,
    failures integer not null,
    window_ends_at timestamptz not null,
    next_attempt_at timestamptz not null,
    constraint guess_counters_pkey primary key (tenant_id, subject),
    constraint guess_counters_tenant_fkey foreign key (tenant_id) references tenants (id) on delete cascade,
    constraint guess_counters_subject_length check (octet_length(subject) = 32),
    constraint guess_counters_failures_range check (failures >= 0)
);

alter table guess_counters enable row level security;
alter table guess_counters force row level security;
create policy guess_counters_of_the_tenant on guess_counters
    using (tenant_id = nullif(current_setting('gatehouse.tenant_id', true), '')::uuid)
    with check (tenant_id = nullif(current_setting('gatehouse.tenant_id', true), '')::uuid);

grant select, insert, update, delete on guess_counters to gatehouse_service;
