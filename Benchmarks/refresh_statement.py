"""The refresh statement as the service sends it, read from its source, as a pgbench script: the comparison can't drift
away from what it is compared with."""
import re
from pathlib import Path

SOURCES = Path(__file__).resolve().parent.parent / "Sources" / "Gatehouse"
STRING = re.compile(r'(?:let|var) (\w+)(?:: String)? = (?:"""\n(?P<block>.*?)\n[ ]*"""|"(?P<line>[^"\n]*)")', re.S)
# Arguments of the statement, in order, as pgbench variables.
ARGUMENTS = {"$1": ":tenant", "$2": ":session", "$3": ":generation"}


def refresh_sql() -> str:
    constants = {}
    for path in ("StandbyConfirmation.swift", "Users/UserColumns.swift", "Sessions/RotateRefreshToken.swift"):
        for match in STRING.finditer((SOURCES / path).read_text()):
            text = match["block"] if match["block"] is not None else match["line"]
            constants[match[1]] = text.replace("\\\n", " ")
    sql = constants["sql"]
    for _ in constants:  # a constant may hold others
        for name, text in constants.items():
            sql = re.sub(rf"\\\((?:\w+\.)?{name}\)", lambda _: text, sql)
    if "\\" in sql or '"' in sql or set(re.findall(r"\$\d", sql)) != set(ARGUMENTS):
        raise RuntimeError(f"Benchmarks/refresh_statement.py no longer understands the statement:\n{sql}")
    return " ".join(sql.split())


def pgbench_script() -> str:
    """Each client finds a session of its own once, then rotates it: two statements, one round trip."""
    sql = refresh_sql()
    for parameter, variable in ARGUMENTS.items():
        sql = sql.replace(parameter, variable)
    return f"""\\if :known = 0
begin;
select set_config('gatehouse.tenant_id', :tenant, true);
select id as session, generation from refresh_tokens where tenant_id = :tenant::uuid
    order by id limit 1 offset :client_id \\gset
commit;
\\set known 1
\\endif
\\startpipeline
select set_config('gatehouse.tenant_id', :tenant, true);
{sql};
\\endpipeline
\\set generation :generation + 1
"""
