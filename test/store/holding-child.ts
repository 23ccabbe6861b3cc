/** Opens the store in the folder it is given, says so, and lives until it is killed. */
import { openSqliteStore } from '#store/sqlite-store.ts';

openSqliteStore(process.argv[2] ?? '');
process.stdout.write('open\n');
setInterval(() => {}, 1000);
