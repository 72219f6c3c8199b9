-- One row per session: the refresh token family and the generation it is at. No token is stored.
-- The columns a rotation changes (generation, rotated_at) are in no index, and pages keep room, so that updates are HOT.
-- A new table: it locks nothing that is in use.
create table refresh_tokens (
    tenant_id uuid not null,
    id uuid not null,
    user_id uuid not null,
    generation bigint not null default 0,
    created_at timestamptz not null default now(),
    rotated_at timestamptz not null default now(),
    ended_at timestamptz,
    end_reason text,
    address text,
    user_agent text,
    constraint refresh_tokens_pkey primary key (tenant_id, id),
    constraint refresh_tokens_user_fkey foreign key (tenant_id, user_id)
        references users (tenant_id, id) on delete cascade,
    constraint refresh_tokens_generation_range check (generation >= 0),
    constraint refresh_tokens_end_reason_given check ((ended_at is null) = (end_reason is null))
) with (fillfactor = 70);

create index refresh_tokens_user_id on refresh_tokens (tenant_id, user_id);

alter table refresh_tokens enable row level security;
alter table refresh_tokens force row level security;
create policy refresh_tokens_of_the_tenant on refresh_tokens
    using (tenant_id = nullif(current_setting('gatehouse.tenant_id', true), '')::uuid)
    with check (tenant_id = nullif(current_setting('gatehouse.tenant_id', true), '')::uuid);

grant select, insert, update on refresh_tokens to gatehouse_service;
