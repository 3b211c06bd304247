import { open } from 'lmdb';

/** Records of an embedded store that another process serves: two for each usual session, see embedded-keys.ts. */
export function liveSessions(path: string): number {
  const db = open<Buffer, Buffer>({
    path,
    noSubdir: false,
    encoding: 'binary',
    keyEncoding: 'binary',
    readOnly: true,
  });
  try {
    return (db.getStats() as { entryCount: number }).entryCount;
  } finally {
    void db.close();
  }
}
