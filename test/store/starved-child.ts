/** Writes ever larger values into the store until the system refuses; says what was kept and how it failed. */
import { openSqliteStore } from '#store/sqlite-store.ts';
import { StoreError } from '#store/store-error.ts';

const state = openSqliteStore(process.argv[2] ?? '').vendorState('almaty');
let kept = 0;
for (let index = 0; index < 1000; index += 1) {
  try {
    await state.write('KZ1', String(index), 'x'.repeat(4000));
    kept += 1;
  } catch (error) {
    const fault = error instanceof StoreError ? error.fault : String(error);
    process.stdout.write(JSON.stringify({ kept, fault }));
    process.exit();
  }
}
