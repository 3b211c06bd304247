import { stat } from 'node:fs/promises';
import { PURCHASE } from '../domain/event.js';
import { NextItemError } from '../errors.js';
import { EventTableBuilder } from './event-table-builder.js';
import { parseTime } from './parse-time.js';
import { type LoadedEvents } from './read-events.js';
import { findTable, readTable } from './read-table.js';
import { formatRejects, RejectLog } from './reject-log.js';

/** How to read Olist's tables. */
export interface OlistOptions {
  /** `orders`: an order is a session. `customers`: all orders of a `customer_unique_id`, in time. Default `orders`. */
  readonly sessions?: 'orders' | 'customers';
  /** Only orders with status `delivered`. Default true. */
  readonly deliveredOnly?: boolean;
  /** See ReadOptions of read-events.ts. */
  readonly rejectsPath?: string;
  readonly strict?: boolean;
  readonly signal?: AbortSignal;
}

const ORDERS = 'olist_orders_dataset';
const ITEMS = 'olist_order_items_dataset';
const CUSTOMERS = 'olist_customers_dataset';
const PRODUCTS = 'olist_products_dataset';
const TRANSLATION = 'product_category_name_translation';

interface Order {
  readonly id: string;
  readonly customer: string;
  readonly delivered: boolean;
  readonly timestampMs: number;
}

interface OrderLine {
  readonly order: Order;
  readonly number: number;
  readonly item: string;
  readonly seller: string;
  readonly price: number;
}

/** Whether a folder has Olist's order tables. */
export async function isOlistFolder(folder: string): Promise<boolean> {
  return (await findTable(folder, ORDERS)) !== null && (await findTable(folder, ITEMS)) !== null;
}

/**
 * Reads the Brazilian E-Commerce Public Dataset by Olist from its original files, plain or gzipped. Needed are orders,
 * order items and customers; products and the category translation add item attributes where they are there.
 *
 * An event is a purchase, one per order line, so a product bought twice is there twice. All lines of an order have its
 * `order_purchase_timestamp` and stand in the order of their `order_item_id`. Olist's times name no zone: the local
 * time of day is kept, as if it were UTC. An item's price and seller are those of its last sale; its category is
 * English where there is a translation, else as it is.
 *
 * @throws `source_not_found`, `source_unreadable`, `source_empty`, `bad_row` (strict only), `interrupted`
 */
export async function readOlist(folder: string, options: OlistOptions = {}): Promise<LoadedEvents> {
  const rejects = new RejectLog(options.rejectsPath ?? null, options.strict ?? false);
  try {
    const users = await readCustomers(folder, rejects, options);
    const orders = await readOrders(folder, rejects, options);
    const lines = await readLines(folder, orders, rejects, options);
    rejects.close();
    const report = rejects.report();
    if (lines.length === 0) {
      throw new NextItemError(
        'source_empty',
        ['no order line could be used', ...formatRejects(report)].join('\n'),
        folder,
      );
    }
    const builder = new EventTableBuilder({ source: folder, clock: 'real', idleGapMs: null });
    addLines(builder, lines, users, options.sessions ?? 'orders');
    await readProducts(folder, builder, rejects, options);
    rejects.close();
    return { events: builder.finish(), rejects: rejects.report() };
  } catch (error) {
    if (!options.signal?.aborted || error instanceof NextItemError) throw error;
    throw new NextItemError('interrupted', 'reading the data was stopped', undefined, { cause: error });
  } finally {
    rejects.close();
  }
}

async function tablePath(folder: string, name: string): Promise<string> {
  const path = await findTable(folder, name);
  if (path !== null) return path;
  const isFolder = await stat(folder).then(
    (info) => info.isDirectory(),
    () => false,
  );
  const detail = isFolder ? `there is no ${name}.csv or ${name}.csv.gz` : 'there is no such folder';
  throw new NextItemError('source_not_found', detail, folder);
}

/** customer_id is one order's, customer_unique_id the person's. */
async function readCustomers(
  folder: string,
  rejects: RejectLog,
  options: OlistOptions,
): Promise<Map<string, string>> {
  const users = new Map<string, string>();
  const path = await tablePath(folder, CUSTOMERS);
  const columns = ['customer_id', 'customer_unique_id'];
  await readTable(
    path,
    columns,
    rejects,
    ([customer, user], reject) => {
      if (customer === '' || user === '') reject('missing_user');
      else users.set(customer!, user!);
    },
    options.signal,
  );
  return users;
}

async function readOrders(
  folder: string,
  rejects: RejectLog,
  options: OlistOptions,
): Promise<Map<string, Order>> {
  const orders = new Map<string, Order>();
  const path = await tablePath(folder, ORDERS);
  const columns = ['order_id', 'customer_id', 'order_status', 'order_purchase_timestamp'];
  await readTable(
    path,
    columns,
    rejects,
    ([id, customer, status, time], reject) => {
      if (id === '') return reject('missing_session');
      const bytes = Buffer.from(time!);
      const timestampMs = parseTime(bytes, 0, bytes.length, 'auto');
      if (Number.isNaN(timestampMs)) return reject('bad_time');
      orders.set(id!, { id: id!, customer: customer!, delivered: status === 'delivered', timestampMs });
    },
    options.signal,
  );
  return orders;
}

async function readLines(
  folder: string,
  orders: ReadonlyMap<string, Order>,
  rejects: RejectLog,
  options: OlistOptions,
): Promise<OrderLine[]> {
  const deliveredOnly = options.deliveredOnly ?? true;
  const lines: OrderLine[] = [];
  const path = await tablePath(folder, ITEMS);
  const columns = ['order_id', 'order_item_id', 'product_id', 'seller_id', 'price'];
  await readTable(
    path,
    columns,
    rejects,
    ([id, number, item, seller, price], reject) => {
      if (id === '') return reject('missing_session');
      if (item === '') return reject('missing_item');
      const order = orders.get(id!);
      if (order === undefined) return reject('unknown_order');
      if (!/^\d+$/.test(number!)) return reject('bad_order');
      if (deliveredOnly && !order.delivered) return rejects.drop('not_delivered');
      lines.push({
        order,
        number: Number(number),
        item: item!,
        seller: seller!,
        price: Number(price || NaN),
      });
    },
    options.signal,
  );
  return lines;
}

function addLines(
  builder: EventTableBuilder,
  lines: OrderLine[],
  users: ReadonlyMap<string, string>,
  sessions: 'orders' | 'customers',
): void {
  // The builder keeps rows of equal time in this order; the id keeps a customer's simultaneous orders apart.
  lines.sort(
    (a, b) =>
      a.order.timestampMs - b.order.timestampMs ||
      (a.order.id < b.order.id ? -1 : a.order.id > b.order.id ? 1 : a.number - b.number),
  );
  for (const { order, item, seller, price } of lines) {
    // An order whose customer is not known stands for a customer of its own.
    const user = users.get(order.customer);
    const group = builder.groups.internString(sessions === 'orders' ? order.id : (user ?? order.id));
    const number = builder.items.internString(item);
    builder.add(group, number, PURCHASE, order.timestampMs);
    if (user !== undefined) builder.setUser(group, builder.users.internString(user));
    builder.attributes.seller.setString(number, seller, order.timestampMs);
    if (price > 0) builder.attributes.price.set(number, price, order.timestampMs);
  }
}

async function readProducts(
  folder: string,
  builder: EventTableBuilder,
  rejects: RejectLog,
  options: OlistOptions,
): Promise<void> {
  const english = new Map<string, string>();
  const translation = await findTable(folder, TRANSLATION);
  if (translation !== null) {
    const columns = ['product_category_name', 'product_category_name_english'];
    await readTable(
      translation,
      columns,
      rejects,
      ([name, translated]) => void english.set(name!, translated!),
      options.signal,
    );
  }
  const products = await findTable(folder, PRODUCTS);
  if (products === null) return;
  const columns = [
    'product_id',
    'product_category_name',
    'product_weight_g',
    'product_length_cm',
    'product_height_cm',
    'product_width_cm',
  ];
  const { items, attributes } = builder;
  await readTable(
    products,
    columns,
    rejects,
    ([id, category, weight, length, height, width], reject) => {
      if (id === '') return reject('missing_item');
      const bytes = Buffer.from(id!);
      const number = items.find(bytes, 0, bytes.length);
      if (number < 0) return; // never sold
      attributes.category.setString(number, english.get(category!) || category!, 0);
      const grams = Number(weight);
      if (grams > 0) attributes.weightGrams.set(number, grams, 0);
      const volume = Number(length) * Number(height) * Number(width);
      if (volume > 0) attributes.volumeCm3.set(number, volume, 0);
    },
    options.signal,
  );
}
