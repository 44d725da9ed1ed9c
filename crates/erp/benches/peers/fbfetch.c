/* Fetches a query through libfbclient and throws the rows away: no decoding, no storing.
 *
 *   cc -O2 -o fbfetch fbfetch.c -lfbclient
 *   ISC_USER=... ISC_PASSWORD=... fbfetch HOST/PORT:DATABASE "SELECT ..."
 *
 * Prints how many rows came. The transaction is the one that Puente uses: read only, read committed
 * with record versions, no waiting. */

#include <ibase.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static ISC_STATUS_ARRAY status;

static void check(void)
{
    if (status[0] != 1 || status[1] == 0)
        return;
    const ISC_STATUS *at = status;
    char text[512];
    while (fb_interpret(text, sizeof text, &at))
        fprintf(stderr, "%s\n", text);
    exit(1);
}

static unsigned char parameter(unsigned char *into, unsigned char code, const char *value)
{
    unsigned char length = (unsigned char)strlen(value);
    into[0] = code;
    into[1] = length;
    memcpy(into + 2, value, length);
    return (unsigned char)(length + 2);
}

static const char *needed(const char *name)
{
    const char *value = getenv(name);
    if (value == NULL || strlen(value) > 60) {
        fprintf(stderr, "%s is not set, or too long\n", name);
        exit(2);
    }
    return value;
}

/* One buffer for the whole row: libfbclient writes each column in its own type. */
static void bind(XSQLDA *row)
{
    for (int i = 0; i < row->sqld; i++) {
        XSQLVAR *column = &row->sqlvar[i];
        column->sqldata = calloc(1, (size_t)column->sqllen + 2);
        column->sqlind = calloc(1, sizeof(ISC_SHORT));
        if (column->sqldata == NULL || column->sqlind == NULL)
            exit(2);
    }
}

int main(int count, char **words)
{
    if (count != 3) {
        fprintf(stderr, "fbfetch HOST/PORT:DATABASE QUERY\n");
        return 2;
    }
    unsigned char options[160] = {isc_dpb_version1};
    short length = 1;
    length += parameter(options + length, isc_dpb_user_name, needed("ISC_USER"));
    length += parameter(options + length, isc_dpb_password, needed("ISC_PASSWORD"));
    length += parameter(options + length, isc_dpb_lc_ctype, "NONE");

    static const char read_only[] = {isc_tpb_version3, isc_tpb_read, isc_tpb_read_committed,
                                     isc_tpb_rec_version, isc_tpb_nowait};
    isc_db_handle database = 0;
    isc_tr_handle transaction = 0;
    isc_stmt_handle statement = 0;
    isc_attach_database(status, 0, words[1], &database, length, (const char *)options);
    check();
    isc_start_transaction(status, &transaction, 1, &database, (unsigned short)sizeof read_only,
                          read_only);
    check();
    isc_dsql_allocate_statement(status, &database, &statement);
    check();

    enum { COLUMNS = 64 };
    XSQLDA *row = calloc(1, XSQLDA_LENGTH(COLUMNS));
    if (row == NULL)
        return 2;
    row->version = SQLDA_VERSION1;
    row->sqln = COLUMNS;
    isc_dsql_prepare(status, &transaction, &statement, 0, words[2], SQL_DIALECT_V6, row);
    check();
    bind(row);
    isc_dsql_execute(status, &transaction, &statement, SQL_DIALECT_V6, NULL);
    check();

    long rows = 0;
    ISC_STATUS fetched;
    while ((fetched = isc_dsql_fetch(status, &statement, SQLDA_VERSION1, row)) == 0)
        rows++;
    if (fetched != 100)
        check();

    isc_dsql_free_statement(status, &statement, DSQL_drop);
    isc_commit_transaction(status, &transaction);
    isc_detach_database(status, &database);
    check();
    printf("%ld\n", rows);
    return 0;
}
