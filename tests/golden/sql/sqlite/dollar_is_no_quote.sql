SELECT '$$;$$'; SELECT 2;
