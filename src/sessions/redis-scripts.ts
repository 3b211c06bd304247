import { EVENT_TYPES } from '../domain/event.js';

/*
 * The Lua scripts of the Redis store. Each runs atomically and touches the keys of one session, or one user, only: with
 * Redis Cluster they may live on different nodes.
 *
 * A session has three keys that expire together:
 * - `{session}:events`   sorted set, score = timestamp, member = ten-digit arrival number + event text
 * - `{session}:session`  hash: event_count (also the arrival number of the last event), one `type:` counter per event
 *                        type, `user` (the last one), one `user:` field per user ever, `indexed` (when, see below)
 * - `{session}:ids`      set of event ids
 * A user has one:
 * - `user:{user}`        sorted set of sessions, score = microseconds of the last time the entry was renewed
 *
 * An index entry lives for INDEX_LIFE session lives since it was renewed. Whoever appends with a user renews that
 * user's entry; a session that goes on without one would outlive it, so once half a session life has passed since
 * `indexed`, append returns all users of the session and the caller renews them.
 */

/** Session lives (TTLs) for which a user's index entry is kept without being renewed. */
export const INDEX_LIFE = 3;

/** Length of the arrival number in front of a member: ten billion events per session. */
const ARRIVAL_DIGITS = 10;

// Lua prints large numbers with 14 digits: whatever is stored goes through %.0f.
const NOW_US = `local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]`;

/**
 * KEYS events, session, ids. ARGV text, timestamp, type code, TTL ms, cap, event id or '', user or ''.
 * -> event count, 1 for a duplicate, users to renew...
 */
export const APPEND = `
local events, session, ids = KEYS[1], KEYS[2], KEYS[3]
local type_field, ttl, cap, event_id, user = 'type:' .. ARGV[3], ARGV[4], tonumber(ARGV[5]), ARGV[6], ARGV[7]
local before = redis.call('HMGET', session, 'event_count', type_field, 'indexed')
local indexed = tonumber(before[3])
if not before[1] then
  redis.call('DEL', events, ids)
end
if event_id ~= '' and redis.call('SADD', ids, event_id) == 0 then
  return {tonumber(before[1]), 1}
end
local count = (before[1] or 0) + 1
local fields = {'event_count', count, type_field, (before[2] or 0) + 1}
local answer = {count, 0}
if indexed or user ~= '' then
  ${NOW_US}
  if not indexed or now - indexed > tonumber(ttl) * 500 then
    for _, field in ipairs(indexed and redis.call('HKEYS', session) or {}) do
      if string.sub(field, 1, 5) == 'user:' then
        answer[#answer + 1] = string.sub(field, 6)
      end
    end
    fields[#fields + 1] = 'indexed'
    fields[#fields + 1] = string.format('%.0f', now)
  end
end
if user ~= '' then
  for _, value in ipairs({'user', user, 'user:' .. user, 1}) do
    fields[#fields + 1] = value
  end
end
redis.call('HSET', session, unpack(fields))
redis.call('ZADD', events, ARGV[2], string.format('%0${ARRIVAL_DIGITS}d', count) .. ARGV[1])
if count > cap then
  redis.call('ZREMRANGEBYRANK', events, 0, -cap - 1)
end
redis.call('PEXPIRE', events, ttl)
redis.call('PEXPIRE', session, ttl)
redis.call('PEXPIRE', ids, ttl)
return answer`;

/**
 * KEYS events, session. ARGV cap. -> nil, or event_count, user, JSON of [timestamp, event text as JSON]... oldest first, counts by
 * type... One string for all events, because a client takes longer to receive a hundred small ones.
 */
export const READ = `
local header = redis.call('HMGET', KEYS[2], 'event_count', 'user', ${EVENT_TYPES.map((_, code) => `'type:${code}'`).join(', ')})
if not header[1] then
  return false
end
local members = redis.call('ZRANGE', KEYS[1], -tonumber(ARGV[1]), -1, 'WITHSCORES')
local events = {}
for i = 1, #members, 2 do
  events[#events + 1] = '[' .. members[i + 1] .. ',' .. string.sub(members[i], ${ARRIVAL_DIGITS + 1}) .. ']'
end
table.insert(header, 3, '[' .. table.concat(events, ',') .. ']')
return header`;

/** KEYS events, session, ids. ARGV user it must have carried, or ''. -> nil if there is none, or now in microseconds and its users... */
export const ERASE = `
${NOW_US}
if ARGV[1] ~= '' and redis.call('HEXISTS', KEYS[2], 'user:' .. ARGV[1]) == 0 then
  return false
end
local answer = {string.format('%.0f', now)}
local fields = redis.call('HKEYS', KEYS[2])
for _, field in ipairs(fields) do
  if string.sub(field, 1, 5) == 'user:' then
    answer[#answer + 1] = string.sub(field, 6)
  end
end
redis.call('DEL', KEYS[1], KEYS[2], KEYS[3])
if #fields == 0 then
  return false
end
return answer`;

/** KEYS user. ARGV session, life of an entry in ms. Renews the session's entry and drops those that were not renewed. */
export const INDEX = `
${NOW_US}
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', string.format('%.0f', now - ARGV[2] * 1000))
redis.call('ZADD', KEYS[1], string.format('%.0f', now), ARGV[1])
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return 1`;

/** KEYS user. ARGV session, microseconds. Removes the session's entry unless it was renewed after that time. */
export const UNINDEX = `
local renewed = redis.call('ZSCORE', KEYS[1], ARGV[1])
if renewed and tonumber(renewed) <= tonumber(ARGV[2]) then
  redis.call('ZREM', KEYS[1], ARGV[1])
end
return 1`;
