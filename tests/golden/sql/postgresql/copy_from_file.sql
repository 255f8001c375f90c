COPY t FROM '/tmp/rows.csv' WITH (FORMAT csv);
COPY t FROM PROGRAM 'gunzip -c rows.gz';
