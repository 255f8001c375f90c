SELECT E'it\'s; here', E'back\\'; SELECT 2;
