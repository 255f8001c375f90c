-- nothing
/* at; all */
