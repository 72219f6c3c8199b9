#!/bin/sh
# Run once by the postgres image, on an empty data folder: the two roles of Gatehouse and its database.
set -eu
psql -v ON_ERROR_STOP=1 -v owner_password="$GATEHOUSE_OWNER_PASSWORD" -v login_password="$GATEHOUSE_LOGIN_PASSWORD" \
    --username "$POSTGRES_USER" --dbname postgres <<'SQL'
CREATE ROLE gatehouse_owner LOGIN CREATEROLE PASSWORD :'owner_password';
CREATE ROLE gatehouse_login LOGIN PASSWORD :'login_password';
CREATE DATABASE gatehouse OWNER gatehouse_owner ENCODING 'UTF8' TEMPLATE template0;
GRANT CONNECT ON DATABASE gatehouse TO gatehouse_login;
REVOKE CONNECT, TEMPORARY ON DATABASE gatehouse FROM PUBLIC;
SQL
