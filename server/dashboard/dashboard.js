// Levels come over /v1/stream as they are published; feeds and latencies are asked for once a second.
'use strict';

const RECONNECT_MS = [500, 1000, 2000, 5000];
const SILENCE_MS = 5000;       // heartbeats come every second
const SPARK_POINTS = 240;      // one sample every half second: two minutes
const SPARK_STEP_MS = 500;
const INTERVAL_MS = 200;       // faster than this no eye follows a number
// The first that the reader's token allows.
const MODES = [{ mode: 'conflated', interval_ms: INTERVAL_MS }, { mode: 'grid' }, { mode: 'tick' }];
const CHINA_OFFSET_MS = 8 * 3600 * 1000;

const $ = (id) => document.getElementById(id);
const indices = new Map();     // code -> {definition, level, at, points, card, dirty}
let socket = null;
let attempt = 0;
let connected = false;
let lastMessageAt = 0;
let epoch = null;
let serverOffsetMs = 0;        // server clock minus this machine's

// ---- words and numbers

const words = (text) => text.replaceAll('_', ' ');
const nsToMs = (ns) => Number(BigInt(ns) / 1000n) / 1000;

function signed(text) {
  if (text.startsWith('-')) return '−' + text.slice(1);
  return Number(text) === 0 ? text : '+' + text;
}

function directionOf(text) {
  const value = Number(text);
  return value > 0 ? 'up' : value < 0 ? 'down' : '';
}

function duration(ns) {
  if (ns < 1000) return ns + ' ns';
  if (ns < 1e6) return (ns / 1e3).toPrecision(3) + ' µs';
  if (ns < 1e9) return (ns / 1e6).toPrecision(3) + ' ms';
  return (ns / 1e9).toPrecision(3) + ' s';
}

function age(ms) {
  if (ms < 1000) return 'now';
  const seconds = Math.floor(ms / 1000);
  if (seconds < 60) return seconds + ' s ago';
  if (seconds < 3600) return Math.floor(seconds / 60) + ' min ago';
  return Math.floor(seconds / 3600) + ' h ago';
}

const count = (value) => value.toLocaleString('en-US');
const plural = (value, noun) => `${count(value)} ${noun}${value === 1 ? '' : 's'}`;

function chinaTime(ms) {
  return new Date(ms + CHINA_OFFSET_MS).toISOString().slice(11, 19);
}

function chinaDate(number) {
  const text = String(number);
  return `${text.slice(0, 4)}-${text.slice(4, 6)}-${text.slice(6)}`;
}

// ---- index cards

const STATUS_CLASS = { open: 'good', held: 'bad', indicative: 'wait', preliminary_close: 'wait' };

function makeCard(definition) {
  const card = $('card').content.firstElementChild.cloneNode(true);
  card.querySelector('.name').textContent = definition.name;
  card.querySelector('.code').textContent = definition.code;
  card.querySelector('.provenance').textContent =
    `${plural(definition.member_count, 'member')}, ${definition.provenance}`;
  card.querySelector('.spark').setAttribute('aria-label', `${definition.code}, last two minutes`);
  return card;
}

function setDirection(element, direction) {
  element.classList.toggle('up', direction === 'up');
  element.classList.toggle('down', direction === 'down');
}

function setPill(element, text, kind) {
  element.textContent = text;
  element.classList.add('pill');
  for (const each of ['good', 'bad', 'wait']) element.classList.toggle(each, each === kind);
}

function drawCard(index) {
  const { card, level } = index;
  const set = (name, text) => { card.querySelector(name).textContent = text; };
  if (!level) {
    set('.status', 'no level yet');
    return;
  }
  const direction = directionOf(level.change);
  set('.level', level.level);
  set('.change', signed(level.change));
  set('.percent', signed(Number(level.change_percent).toFixed(2)) + ' %');
  setDirection(card.querySelector('.move'), direction);
  for (const key of ['open', 'high', 'low', 'previous_close']) set('.' + key, level[key] ?? '–');
  card.querySelector('.quoted').hidden = !level.bid;
  set('.bid-ask', `${level.bid} / ${level.ask}`);
  setPill(card.querySelector('.status'), words(level.status), STATUS_CLASS[level.status]);
  const quotable = level.quotable ? 'quotable' : 'not quotable';
  // What the server last said of a level's quality does not outlive the connection.
  setPill(card.querySelector('.quotable'), connected ? quotable : 'quality not known',
    connected && level.quotable ? 'good' : '');
  card.querySelector('.flags').replaceChildren(...level.flags.map((flag) => {
    const pill = document.createElement('span');
    setPill(pill, words(flag), 'wait');
    return pill;
  }));
  card.querySelector('meter').value = level.weight_live;
  set('.live-text', (level.weight_live / 100).toFixed(2) + ' %');
  const cause = level.cause_symbol || words(level.cause);
  set('.cause', `by ${cause}, sequence ${count(level.index_sequence)}`);
  drawSpark(index, direction);
}

function drawSpark(index, direction) {
  const spark = index.card.querySelector('.spark');
  const base = Number(index.level.previous_close);
  const { points } = index;
  if (points.length < 2) return;
  const low = Math.min(...points);
  const high = Math.max(...points);
  const room = (high - low) * 0.08 || Math.abs(high) * 1e-5 || 1;
  const y = (value) => 56 - (value - low + room) / (high - low + 2 * room) * 56;
  const step = 300 / (SPARK_POINTS - 1);
  const from = 300 - (points.length - 1) * step;
  spark.querySelector('polyline').setAttribute('points',
    points.map((value, i) => `${(from + i * step).toFixed(1)},${y(value).toFixed(1)}`).join(' '));
  const line = spark.querySelector('.base');
  line.setAttribute('y1', y(base));
  line.setAttribute('y2', y(base));
  setDirection(spark, direction);
}

function takeLevel(message) {
  const index = indices.get(message.code);
  if (!index || message.level === undefined) return;
  if (epoch !== null && message.epoch !== epoch) return reload();
  epoch = message.epoch;
  index.level = message;
  // When the core made it, on this machine's clock: a snapshot is published later than its level.
  index.at = nsToMs(message.calculation_time) - serverOffsetMs;
  index.dirty = true;
}

// A new epoch numbers from the start, perhaps with other definitions.
function reload() { location.reload(); }

function sample() {
  if (!connected) return;
  for (const index of indices.values()) {
    if (!index.level) continue;
    index.points.push(Number(index.level.level));
    if (index.points.length > SPARK_POINTS) index.points.shift();
    index.dirty = true;
  }
}

function draw() {
  for (const index of indices.values()) {
    if (!index.dirty) continue;
    index.dirty = false;
    drawCard(index);
  }
  requestAnimationFrame(draw);
}

function drawAges() {
  const now = Date.now();
  $('clock').textContent = chinaTime(now + serverOffsetMs);
  for (const index of indices.values()) {
    if (index.at) index.card.querySelector('.age').textContent = age(Math.max(0, now - index.at));
  }
  if (socket && socket.readyState === WebSocket.OPEN && now - lastMessageAt > SILENCE_MS) {
    socket.close();
  }
}

// ---- connection

function showConnection(state) {
  const live = state === 'live';
  connected = live;
  for (const index of indices.values()) index.dirty = true;
  setPill($('connection'), live ? 'live' : 'reconnecting', live ? 'good' : 'bad');
  $('lost').hidden = live;
  document.body.classList.toggle('outdated', !live);
  if (!live) {
    const since = lastMessageAt ? chinaTime(lastMessageAt + serverOffsetMs) : 'the start';
    $('lost').textContent =
      `Connection to the server lost. What is shown is as of ${since} and may be out of date.`;
  }
}

// In the `nth` of MODES, counted from 1, which is also the number of the command.
function subscribe(nth) {
  const codes = [...indices.keys()];
  socket.send(JSON.stringify({ op: 'subscribe', id: nth, codes, ...MODES[nth - 1] }));
}

function take(message) {
  if (message.type === 'level' || message.type === 'snapshot' || message.type === 'grid') {
    takeLevel(message);
  } else if (message.type === 'error' && message.kind === 'not_allowed') {
    if (message.id < MODES.length) subscribe(message.id + 1);
  }
}

function connect() {
  const scheme = location.protocol === 'https:' ? 'wss' : 'ws';
  socket = new WebSocket(`${scheme}://${location.host}/v1/stream`, 'indexcast.v1.json');
  socket.onopen = () => {
    attempt = 0;
    lastMessageAt = Date.now();
    showConnection('live');
    if (access.token) socket.send(JSON.stringify({ op: 'authenticate', token: access.token }));
    if (indices.size > 0) subscribe(1);
  };
  socket.onmessage = (event) => {
    lastMessageAt = Date.now();
    take(JSON.parse(event.data));
  };
  socket.onclose = () => {
    showConnection('lost');
    setTimeout(start, RECONNECT_MS[Math.min(attempt++, RECONNECT_MS.length - 1)]);
  };
}

// ---- feeds and publishers

const FEED_CLASS = { live: 'good', down: 'bad', stale: 'bad', gap: 'wait', recovering: 'wait', connecting: 'wait' };
const before = new Map();      // rate key -> {value, at}

function rate(key, value) {
  const now = performance.now();
  const last = before.get(key);
  before.set(key, { value, at: now });
  if (!last || value < last.value) return '–';
  return count(Math.round((value - last.value) * 1000 / (now - last.at)));
}

function cell(text, alarm) {
  const td = document.createElement('td');
  td.className = 'number' + (alarm ? ' alarm' : '');
  td.textContent = text;
  return td;
}

function row(name, cells) {
  const tr = document.createElement('tr');
  const th = document.createElement('td');
  th.textContent = name;
  tr.append(th, ...cells);
  return tr;
}

function feedRow(feed) {
  const c = feed.counters;
  const state = document.createElement('td');
  const pill = document.createElement('span');
  setPill(pill, feed.state, FEED_CLASS[feed.state]);
  state.append(pill);
  const messages = c.applied + c.duplicate + c.filtered + c.rejected + c.malformed;
  return row(feed.feed.toUpperCase(), [
    state, cell(rate('feed ' + feed.feed, messages)), cell(count(c.applied)), cell(count(c.filtered)),
    cell(count(c.duplicate)), cell(count(c.rejected)), cell(count(c.malformed), c.malformed > 0),
    cell(count(c.gaps)), cell(count(c.sequence_lost), c.sequence_lost > 0),
    cell(feed.ring_capacity ? `${count(feed.ring_depth)} / ${count(feed.ring_capacity)}` : '–'),
  ]);
}

function publisherRow(publisher) {
  const t = publisher.tick_to_publish;
  const time = (ns) => cell(t.count > 0 ? duration(ns) : '–');
  return row(publisher.publisher, [
    time(t.p50_ns), time(t.p99_ns), time(t.p999_ns), time(t.max_ns),
    cell(rate('publisher ' + publisher.publisher, publisher.levels)), cell(count(publisher.levels)),
    cell(count(publisher.lag)), cell(count(publisher.lapped), publisher.lapped > 0),
    cell(count(publisher.skipped), publisher.skipped > 0),
  ]);
}

async function ask(path) {
  const { token } = access;
  const response = await fetch(path, { headers: access.headers(), signal: AbortSignal.timeout(3000) });
  // Not for an answer that comes after another token was given.
  if (response.status === 401 && token === access.token) access.demand();
  if (!response.ok) throw new Error(path + ': ' + response.status);
  return response.json();
}

let nextRefresh = 0;

async function refresh() {
  try {
    const [feeds, status] = await Promise.all([ask('/v1/feeds'), ask('/v1/status')]);
    serverOffsetMs = nsToMs(status.time) - Date.now();
    $('trade-date').textContent = chinaDate(status.trade_date);
    $('feeds').replaceChildren(...feeds.feeds.map(feedRow));
    $('publishers').replaceChildren(...status.publishers.map(publisherRow));
    const c = status.clients;
    $('clients').textContent = `${plural(c.websockets, 'streaming client')}, ` +
      `${plural(c.frames_sent, 'message')} sent, conflated ${plural(c.conflated, 'time')}, ` +
      `${count(c.closed_slow)} closed for being slow`;
  } catch (error) {
    // The stream tells of a lost connection.
  }
  clearTimeout(nextRefresh);
  if (!access.wanted) nextRefresh = setTimeout(refresh, 1000);
}

async function start() {
  const { token } = access;
  try {
    const { indices: list } = await ask('/v1/indices');
    for (const definition of list) {
      if (indices.has(definition.code)) continue;
      indices.set(definition.code, {
        definition, level: null, at: 0, points: [], card: makeCard(definition), dirty: true,
      });
    }
    if (indices.size > 0) $('indices').replaceChildren(...[...indices.values()].map((i) => i.card));
    connect();
  } catch (error) {
    if (access.wanted || token !== access.token) return;  // begun again with the next token
    showConnection('lost');
    setTimeout(start, RECONNECT_MS[Math.min(attempt++, RECONNECT_MS.length - 1)]);
  }
}

function begin() {
  start();
  refresh();
}

access.listen(begin);
begin();
setInterval(sample, SPARK_STEP_MS);
setInterval(drawAges, 250);
requestAnimationFrame(draw);
