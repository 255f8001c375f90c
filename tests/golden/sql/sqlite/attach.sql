ATTACH ':memory:' AS other;
DETACH other;
