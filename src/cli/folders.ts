import { Option } from 'commander';

/** Where bundles are kept: the flag, ARTIFACTS_PATH, or ./artifacts. */
export function artifactsFlag(): Option {
  return new Option('--artifacts <folder>', 'the folder of bundles')
    .env('ARTIFACTS_PATH')
    .default('artifacts');
}

/** Where the steps of training leave their results for each other and for people. */
export function workFlag(): Option {
  return new Option('--work <folder>', "the steps' results: Parquet, JSON, reports").default(
    'artifacts/work',
  );
}
