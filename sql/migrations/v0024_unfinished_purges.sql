-- Since when a tenant hasn't been looked through to its end for what is over: it is taken up beside those whose hour has come, rather than
-- behind them all. Only purges is locked, for an instant, which has to be had within two seconds; no request uses it. The column is null
-- and rewrites nothing, and no row is in the index yet.
-- Instances of the release before go on beside it and know of no mark: what one of them doesn't finish isn't marked, and what one finishes
-- stays marked until a newer one has seen to the tenant, an hour later.
set local lock_timeout = '2s';

alter table purges add column unfinished_since timestamptz;

create index purges_unfinished_since on purges (unfinished_since) where unfinished_since is not null;
