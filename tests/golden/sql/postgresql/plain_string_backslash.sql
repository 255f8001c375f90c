SELECT 'a\'; SELECT 'b';
