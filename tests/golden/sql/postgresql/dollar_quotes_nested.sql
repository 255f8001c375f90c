CREATE FUNCTION f() RETURNS text LANGUAGE plpgsql AS $body$
BEGIN
  EXECUTE $q$SELECT ';'; -- $$ not an end $$$q$;
  RETURN $$a;b$$;
END
$body$;
SELECT 1;
