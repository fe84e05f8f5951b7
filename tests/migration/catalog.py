"""What a schema consists of, as text that can be compared: relations, columns, constraints, functions, rights."""

import asyncpg

QUERIES = {
    "schemas": """
        select nspname, pg_get_userbyid(nspowner) as owner, nspacl::text from pg_namespace
        where nspname !~ '^pg_' and nspname <> 'information_schema'""",
    "relations": """
        select c.oid::regclass::text as name, relkind::text, pg_get_userbyid(relowner) as owner, relacl::text,
               relpersistence::text, reloptions::text, relrowsecurity,
               case relkind when 'v' then pg_get_viewdef(c.oid) end as definition
        from pg_class c where relnamespace = any($1) and relkind <> 'i'""",
    "columns": """
        select attrelid::regclass::text as name, attnum, attname, format_type(atttypid, atttypmod) as type, attnotnull,
               attstorage::text, attcompression::text, attstattarget, attacl::text, attidentity::text,
               attgenerated::text, pg_get_expr(adbin, adrelid) as default
        from pg_attribute
        join pg_class c on c.oid = attrelid
        left join pg_attrdef on adrelid = attrelid and adnum = attnum
        where relnamespace = any($1) and relkind <> 'i' and attnum > 0 and not attisdropped""",
    "indexes": """
        select schemaname || '.' || indexname as name, indexdef from pg_indexes
        where schemaname::regnamespace = any($1)""",
    "constraints": """
        select conrelid::regclass::text as name, conname, pg_get_constraintdef(oid) as definition
        from pg_constraint where connamespace = any($1)""",
    "triggers": """
        select tgrelid::regclass::text as name, pg_get_triggerdef(t.oid) as definition, tgenabled::text
        from pg_trigger t join pg_class c on c.oid = tgrelid where relnamespace = any($1) and not tgisinternal""",
    "functions": """
        select p.oid::regprocedure::text as name, pg_get_userbyid(proowner) as owner, proacl::text, proconfig::text,
               pg_get_functiondef(p.oid) as definition
        from pg_proc p where pronamespace = any($1) and prokind <> 'a'""",
    "types": """
        select t.oid::regtype::text as name, typtype::text, typacl::text,
               array(select enumlabel::text from pg_enum where enumtypid = t.oid order by enumsortorder) as labels
        from pg_type t where typnamespace = any($1)""",
    "policies": "select * from pg_policies",
    "default rights": """
        select defaclnamespace::regnamespace::text as name, pg_get_userbyid(defaclrole) as role, defaclobjtype::text,
               defaclacl::text
        from pg_default_acl""",
}


async def describe(url: str) -> dict[str, list[str]]:
    """Every object outside PostgreSQL's own schemas, by kind, as sorted lines."""
    connection = await asyncpg.connect(url)
    try:
        own = await connection.fetchval(
            "select array_agg(oid) from pg_namespace where nspname !~ '^pg_' and nspname <> 'information_schema'"
        )
        return {
            kind: sorted(str(dict(row)) for row in await connection.fetch(query, *([own] if "$1" in query else [])))
            for kind, query in QUERIES.items()
        }
    finally:
        await connection.close()
