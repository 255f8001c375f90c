INSERT INTO t VALUES (:'name');
