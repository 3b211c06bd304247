import { type FileHandle } from 'node:fs/promises';

/** Of mmap(2): the same numbers on Linux, macOS and the BSDs. */
const PROT_READ = 1;
const PROT_WRITE = 2;
const MAP_PRIVATE = 2;
/** Of madvise(2): the file will be needed, start to read it. */
const MADV_WILLNEED = 3;

const PLATFORMS: ReadonlySet<string> = new Set(['linux', 'darwin', 'freebsd', 'openbsd', 'android']);

interface Mapper {
  map(fd: number, byteLength: number): ArrayBuffer | null;
}

let mapper: Promise<Mapper | null> | undefined;

/**
 * A file as memory: its pages are read when they are touched, and all processes that map it share one copy of them. Null
 * where that cannot be done (Windows, a processor without a build of the foreign function library, a file system without
 * it): then the file has to be read.
 *
 * A write into the memory stays in this process and never reaches the file. The file must not become shorter while it is
 * mapped: touching what is gone ends the process. It may be renamed or deleted. The mapping ends when nothing refers to
 * the buffer any more, so it must not be transferred to another thread.
 */
export async function mapFile(handle: FileHandle, byteLength: number): Promise<ArrayBuffer | null> {
  if (byteLength === 0 || !PLATFORMS.has(process.platform)) return null;
  mapper ??= loadMapper();
  return (await mapper)?.map(handle.fd, byteLength) ?? null;
}

async function loadMapper(): Promise<Mapper | null> {
  try {
    const { default: koffi } = await import('koffi');
    const library = koffi.load(null);
    const mmap = library.func(
      'void *mmap(void *addr, size_t length, int prot, int flags, int fd, int64_t offset)',
    );
    const munmap = library.func('int munmap(void *addr, size_t length)');
    const madvise = library.func('int madvise(void *addr, size_t length, int advice)');
    const unmap = new FinalizationRegistry<{ address: bigint; byteLength: number }>(
      ({ address, byteLength }) => munmap(address, byteLength),
    );
    return {
      map(fd, byteLength) {
        // Writable and private: a stray write costs a copy of its page instead of the process.
        const address = mmap(null, byteLength, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0) as bigint;
        if (address === FAILED) return null;
        madvise(address, byteLength, MADV_WILLNEED);
        const buffer = koffi.view(address, byteLength);
        unmap.register(buffer, { address, byteLength });
        return buffer;
      },
    };
  } catch {
    return null;
  }
}

/** MAP_FAILED: (void *) -1. */
const FAILED = 2n ** BigInt(process.arch === 'ia32' || process.arch === 'arm' ? 32 : 64) - 1n;
