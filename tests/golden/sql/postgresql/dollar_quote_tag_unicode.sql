SELECT $é$a;b$é$; SELECT 2;
