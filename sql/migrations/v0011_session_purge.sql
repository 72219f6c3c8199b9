-- Sessions that are over may go, and no others, whoever asks. refresh_tokens is locked for an instant, which has to be had within
-- two seconds; rows are touched by nobody yet.
set local lock_timeout = '2s';

create policy refresh_tokens_go_when_over on refresh_tokens as restrictive for delete to gatehouse_service
    using (exists (
        select from tenants t
        where t.id = refresh_tokens.tenant_id and statement_timestamp() >= coalesce(refresh_tokens.ended_at, least(
            refresh_tokens.rotated_at + make_interval(secs => t.refresh_ttl_seconds),
            refresh_tokens.created_at + make_interval(secs => t.session_max_age_seconds)))));
grant delete on refresh_tokens to gatehouse_service;
