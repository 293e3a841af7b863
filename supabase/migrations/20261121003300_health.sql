-- Health: the question whether the database answers.

create function api.health()
returns json
language sql
stable
set search_path = ''
as $$ select json_build_object('database', 'ok', 'time', private.instant_text(now())) $$;
grant execute on function api.health to anon, authenticated, service_role;
comment on function api.health is 'Answers when the database does; the deep health check calls it.';

notify pgrst, 'reload schema';
