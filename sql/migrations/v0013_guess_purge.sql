-- By which counters whose window has ended are found. Sign-ins wait while it is made, which is short: the table holds the last quarter
-- of an hour's failures. A window's end changes once a window, so that other updates stay HOT.
set local lock_timeout = '2s';

create index guess_counters_window_ends_at on guess_counters (tenant_id, window_ends_at);
