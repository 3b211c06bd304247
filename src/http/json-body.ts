import { isUtf8 } from 'node:buffer';
import { NextItemError } from '../errors.js';
import { type App } from './app-type.js';

/** Takes bodies of JSON in UTF-8 and nothing else. Keys that would reach into prototypes are refused. */
export function acceptJsonOnly(app: App): void {
  app.removeAllContentTypeParsers();
  acceptJsonAs(app, 'application/json');
}

/** Takes JSON in UTF-8 that comes under the name of a type. */
export function acceptJsonAs(app: App, type: string): void {
  const parse = app.getDefaultJsonParser('error', 'error');
  if (app.hasContentTypeParser(type)) app.removeContentTypeParser(type);
  app.addContentTypeParser(type, { parseAs: 'buffer' }, (request, body, done) => {
    const refuse = (detail: string) => done(new NextItemError('invalid_json', detail, 'body'));
    if (!isUtf8(body as Buffer)) return refuse('the body is not UTF-8');
    const text = body.toString();
    void parse(request, text, (error, value) => {
      if (error === null) done(null, value);
      else refuse(reason(text));
    });
  });
}

/** Why a text was refused. */
function reason(text: string): string {
  if (text.trim() === '') return 'the body is empty';
  try {
    JSON.parse(text);
    return 'no key may be "__proto__", none may be "constructor" with a "prototype"';
  } catch (error) {
    return (error as Error).message;
  }
}
