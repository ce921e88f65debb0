/* Prints of a journal `batches=… messages=… last_ns=… bytes=…`: when the last message was committed (wall clock),
 * and what the batches take.
 *
 *   journal PATH
 */
#include "bench.h"

#include <sqlite3.h>

static long long ask(sqlite3 *database, const char *query) {
  sqlite3_stmt *statement;
  if (sqlite3_prepare_v2(database, query, -1, &statement, NULL) != SQLITE_OK || sqlite3_step(statement) != SQLITE_ROW)
    die("%s: %s", query, sqlite3_errmsg(database));
  long long value = sqlite3_column_int64(statement, 0);
  sqlite3_finalize(statement);
  return value;
}

int main(int argc, char **argv) {
  sqlite3 *database;
  if (argc != 2) return 64;
  if (sqlite3_open_v2(argv[1], &database, SQLITE_OPEN_READONLY, NULL) != SQLITE_OK) die("cannot open %s", argv[1]);
  sqlite3_busy_timeout(database, 5000);
  printf("batches=%lld messages=%lld last_ns=%lld bytes=%lld\n",
         ask(database, "SELECT count(*) FROM batches WHERE messages > 0"),
         ask(database, "SELECT coalesce(sum(messages), 0) FROM batches"),
         ask(database, "SELECT coalesce(max(created), 0) FROM batches WHERE messages > 0"),
         ask(database, "SELECT coalesce(sum(length(bytes)), 0) FROM batches"));
  sqlite3_close(database);
  return 0;
}
