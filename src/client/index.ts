export {
  NextItem,
  NextItemRequestError,
  type CallOptions,
  type Event,
  type NextItemOptions,
  type Problem,
  type RecommendAnswer,
  type RecommendRequest,
} from './client.js';
export { type components, type paths } from './api-types.js';
