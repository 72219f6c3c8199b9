"""What PostgreSQL is asked."""

ADD_USER = "insert into users (id, email, password_hash) values ($1, $2, $3)"

ADD_SESSION = "insert into sessions (id, user_id, secret_digest) values ($1, $2, $3)"

USER_BY_EMAIL = "select id, email, password_hash from users where email = $1 and disabled_at is null"

ROTATE = """
    update sessions s set secret_digest = $3, rotated_at = now()
    from users u
    where s.id = $1 and s.secret_digest = $2 and s.ended_at is null and s.rotated_at > now() - interval '30 days'
        and u.id = s.user_id and u.disabled_at is null
    returning u.id, u.email
"""

LIVE_USER = """
    select u.id, u.email from sessions s join users u on u.id = s.user_id
    where s.id = $1 and s.user_id = $2 and s.ended_at is null and s.rotated_at > now() - interval '30 days'
        and u.disabled_at is null
"""
