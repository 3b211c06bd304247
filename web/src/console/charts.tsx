/** Numbers as people compare them. */
export function number(value: number, digits = 4): string {
  return value.toLocaleString('en', { maximumSignificantDigits: digits });
}

export interface BarRow {
  readonly label: string;
  readonly value: number;
  /** What it is, in words. */
  readonly note?: string | undefined;
}

function Label({ label, note }: BarRow) {
  return (
    <span class="label">
      {label}
      {note !== undefined && <small>{note}</small>}
    </span>
  );
}

/** Bars to both sides of zero, one below the other. */
export function SignedBars({ rows }: { rows: readonly BarRow[] }) {
  const most = Math.max(1e-12, ...rows.map(({ value }) => Math.abs(value)));
  return (
    <ul class="bars">
      {rows.map((row) => {
        const { label, value } = row;
        const width = (50 * Math.abs(value)) / most;
        return (
          <li key={label}>
            <Label {...row} />
            <svg viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">
              <line class="axis" x1="50" x2="50" y1="0" y2="10" stroke-width="0.4" />
              <rect
                class={value < 0 ? 'minus' : 'plus'}
                x={value < 0 ? 50 - width : 50}
                y="1"
                width={width}
                height="8"
              />
            </svg>
            <span class="value">
              {value < 0 ? '−' : '+'}
              {number(Math.abs(value))}
            </span>
          </li>
        );
      })}
    </ul>
  );
}

/** Bars from zero, one below the other. */
export function Bars({ rows, unit = '' }: { rows: readonly BarRow[]; unit?: string }) {
  const most = Math.max(1e-12, ...rows.map(({ value }) => value));
  return (
    <ul class="bars">
      {rows.map((row) => (
        <li key={row.label}>
          <Label {...row} />
          <svg viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">
            <rect class="plain-bar" x="0" y="1" width={(100 * row.value) / most} height="8" />
          </svg>
          <span class="value">
            {number(row.value)}
            {unit}
          </span>
        </li>
      ))}
    </ul>
  );
}

/** A line over time or rounds, with its first, last and greatest value written beside it. */
export function Line({
  values,
  label,
  kept,
  unit = '',
}: {
  values: readonly number[];
  label: string;
  kept?: number;
  unit?: string;
}) {
  if (values.length < 2) return <p class="quiet">{label}: nothing to draw yet.</p>;
  const [width, height, pad] = [600, 160, 22];
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const x = (i: number) => pad + (i * (width - 2 * pad)) / (values.length - 1);
  const y = (value: number) =>
    most === least ? height / 2 : height - pad - ((value - least) * (height - 2 * pad)) / (most - least);
  const path = values
    .map((value, i) => `${i === 0 ? 'M' : 'L'}${x(i).toFixed(1)} ${y(value).toFixed(1)}`)
    .join('');
  return (
    <svg
      class="chart"
      viewBox={`0 0 ${width} ${height}`}
      role="img"
      aria-label={`${label}: from ${number(values[0]!)}${unit} to ${number(values.at(-1)!)}${unit}, at most ${number(most)}${unit}`}
    >
      <text x={pad} y="14">
        {number(most)}
        {unit}
      </text>
      <text x={pad} y={height - 6}>
        {number(least)}
        {unit}
      </text>
      <path d={path} />
      {kept !== undefined && <path class="kept" d={`M${x(kept)} ${pad}V${height - pad}`} />}
    </svg>
  );
}
