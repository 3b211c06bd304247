/** Which methods a path knows, so that a wrong one is answered with 405 and the right ones. */
export class RouteTable {
  private readonly patterns = new Map<string, { matches: RegExp; methods: Set<string> }>();
  private readonly methods = new Set<string>();

  /** @param url a route's pattern, such as `/items/:item_id/similar` */
  add(method: string | readonly string[], url: string): void {
    let entry = this.patterns.get(url);
    if (entry === undefined) {
      const source = url
        .split('/')
        .map((part) =>
          part.startsWith(':') ? '[^/]+' : part === '*' ? '.*' : part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'),
        )
        .join('/');
      this.patterns.set(url, (entry = { matches: new RegExp(`^${source}$`), methods: new Set() }));
    }
    for (const name of [method].flat()) {
      entry.methods.add(name);
      this.methods.add(name);
    }
  }

  /** The methods of a path with or without a query, sorted; none if there is no such path. */
  methodsOf(url: string): string[] {
    const path = url.split('?', 1)[0]!;
    const found = [...this.patterns.values()].filter(({ matches }) => matches.test(path));
    return [...new Set(found.flatMap(({ methods }) => [...methods]))].sort();
  }

  /** The method as a label: anything that no route knows is one word. */
  knownMethod(method: string): string {
    return this.methods.has(method) ? method : '(other)';
  }
}
