import {
  type Expected,
  displayUrl,
  readText,
  saveBody,
  transfer,
  type TransferOptions,
} from './http-transfer.js';
import { type ByteProgress, MAX_TEXT_BYTES, type ObjectStore } from './object-store.js';

/** Files below an HTTP(S) address: a static web server, the assets of a release. Read only. */
export class HttpStore implements ObjectStore {
  readonly address: string;

  /** @param base the address the names are appended to; its query, for example an access token, goes with every request */
  constructor(
    private readonly base: URL,
    private readonly options: TransferOptions,
  ) {
    this.address = displayUrl(base);
  }

  async readText(name: string): Promise<string | null> {
    const request = { url: this.urlOf(name), method: 'GET', headers: new Headers(), accept: [404] } as const;
    return transfer(
      () => request,
      this.options,
      (response, moved) => readText(response, moved, MAX_TEXT_BYTES),
    );
  }

  async download(name: string, toFile: string, expected: Expected, onProgress?: ByteProgress): Promise<void> {
    const request = { url: this.urlOf(name), method: 'GET', headers: new Headers() } as const;
    await transfer(
      () => request,
      this.options,
      (response, moved) => saveBody(response, moved, toFile, expected, onProgress),
    );
  }

  private urlOf(name: string): URL {
    const url = new URL(this.base);
    url.pathname = `${url.pathname.replace(/\/+$/, '')}/${encodeURIComponent(name)}`;
    return url;
  }
}
