-- What running instances need to look after keys by themselves, and what an operator does that belongs to no tenant.
-- New columns without a default and the triggers rewrite nothing: tenants and signing_keys are locked for an instant. That has
-- to be had within two seconds, lest every login queue up behind this; otherwise it is for another attempt. Instances of the
-- release before go on beside it; their operators' commands don't note when keys are due, so both are updated together.
set local lock_timeout = '2s';

-- The earliest moment when something of a tenant's keys is due: a rotation by its schedule, or the end of a retired key.
-- On tenants, which belongs to none of them: instances find out whose turn it is without looking into anybody's keys.
alter table tenants add column keys_due_at timestamptz;

-- An HS256 secret is exported once.
alter table signing_keys add column exported_at timestamptz;

-- A key that has been revoked stays revoked and a retired one never signs again, whoever writes.
create function check_signing_key_transition() returns trigger
    language plpgsql
    set search_path = pg_catalog, pg_temp
as $$
begin
    if (old.state, new.state) in (
        ('next', 'current'), ('current', 'retired'),
        ('next', 'revoked'), ('current', 'revoked'), ('retired', 'revoked'))
    then
        return new;
    end if;
    raise exception 'A % signing key can''t become %.', old.state, new.state
        using errcode = 'check_violation', table = 'signing_keys', constraint = 'signing_keys_transition_allowed';
end
$$;

create trigger signing_keys_transition
    before update of state on signing_keys
    for each row when (old.state is distinct from new.state) execute function check_signing_key_transition();

-- Nor does one verify for longer than was decided when it retired.
create function refuse_longer_verification() returns trigger
    language plpgsql
    set search_path = pg_catalog, pg_temp
as $$
begin
    raise exception 'A retired signing key can''t verify for longer.'
        using errcode = 'check_violation', table = 'signing_keys', constraint = 'signing_keys_verification_final';
end
$$;

create trigger signing_keys_verification
    before update of verify_until on signing_keys
    for each row when (old.state = 'retired' and new.state = 'retired' and new.verify_until > old.verify_until)
    execute function refuse_longer_verification();

-- Rotation by schedule. Locking a tenant's row takes the right to update a column of it; this one matters least.
grant insert, delete on signing_keys to gatehouse_service;
grant update (state, activated_at, retired_at, verify_until, longest_lifetime_seconds) on signing_keys to gatehouse_service;
grant update (keys_due_at) on tenants to gatehouse_service;

-- Keys begin as next keys and go when nothing depends on them: else a revoked one could be put back as another.
create policy signing_keys_begin_as_next on signing_keys as restrictive for insert to gatehouse_service
    with check (state = 'next');
create policy signing_keys_go_when_done on signing_keys as restrictive for delete to gatehouse_service
    using (state = 'next' or (state = 'retired' and verify_until <= statement_timestamp()));

-- What operators did to the installation as a whole, or to a tenant that is gone since. The service has no part in it.
create table operator_events (
    id uuid not null,
    at timestamptz not null default statement_timestamp(),
    actor text not null,
    type text not null,
    detail jsonb not null default '{}',
    constraint operator_events_pkey primary key (id),
    constraint operator_events_detail_object check (jsonb_typeof(detail) = 'object')
);
