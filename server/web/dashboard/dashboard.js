// Draws levels, feeds and publishers. Levels come over the stream as they are published, feeds and
// latencies are asked for once a second. Nothing is drawn as live unless connection.js says that the
// server is alive at that moment.
'use strict';

const SPARK_POINTS = 240;      // one sample every half second: two minutes
const SPARK_STEP_MS = 500;
const REFRESH_MS = 1000;       // between two requests for feeds and publishers
const JUDGE_MS = 250;
const ZONE_OFFSET_MS = 8 * 3600 * 1000;  // UTC+8: Shanghai, Shenzhen, Hong Kong

const $ = (id) => document.getElementById(id);
const indices = new Map();     // code -> {level, pending, calculated, fresh, until, points, card, dirty}
const panels = { feeds: null, status: null, at: 0, dirty: false };
let exchangeMs = 0;            // newest exchange time of any level
let notReady = '';             // why the server is not ready
let drawn = {};                // state and liveness of the last drawing

// ---- words and numbers

const words = (text) => text.replaceAll('_', ' ');

function signed(text) {
  if (text.startsWith('-')) return '−' + text.slice(1);
  return Number(text) === 0 ? text : '+' + text;
}

const ARROWS = { up: '▲ ', down: '▼ ', '': '' };

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

// Prices with at least two decimals.
const priceText = (text) => text.replace(/(\.\d\d\d*?)0+$/, '$1');

const IMPACT_MAX = 1000000;    // also stands for more

function impactText(impact) {
  return (impact / 100).toFixed(2) + ' bp' + (impact >= IMPACT_MAX ? ' or more' : '');
}

const count = (value) => value.toLocaleString('en-US');
const plural = (value, noun) => `${count(value)} ${noun}${value === 1 ? '' : 's'}`;

// "2025-04-02 10:15:03" and "10:15:03", in the stated zone.
const dateTime = (ms) => new Date(ms + ZONE_OFFSET_MS).toISOString().slice(0, 19).replace('T', ' ');
const timeOfDay = (ms) => dateTime(ms).slice(11);

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
  for (const each of ['good', 'bad', 'wait']) element.classList.toggle(each, each === kind);
}

// Time until which a level that is not current was current.
function asOf(index) {
  const until = index.fresh ? server.current : index.until;
  return until ? 'as of ' + timeOfDay(until) : 'not known';
}

// `live`: the server is alive. A level of an earlier connection is not current either.
function drawCard(index, live) {
  const { card, level } = index;
  const set = (name, text) => { card.querySelector(name).textContent = text; };
  const current = live && index.fresh;
  card.classList.toggle('outdated', !current);
  if (!level) return setPill(card.querySelector('.status'), current ? 'no level yet' : 'not known', '');
  const direction = directionOf(level.change);
  set('.level', level.level);
  set('.change', ARROWS[direction] + signed(level.change));
  set('.percent', signed(Number(level.change_percent).toFixed(2)) + ' %');
  setDirection(card.querySelector('.move'), direction);
  for (const key of ['open', 'high', 'low', 'previous_close']) set('.' + key, level[key] ?? '–');
  card.querySelector('.partial').hidden = !level.flags.includes('statistics_partial');
  card.querySelector('.quoted').hidden = !level.bid;
  set('.bid-ask', `${level.bid} / ${level.ask}`);
  // Status and quality belong to a moment and are not shown after it.
  setPill(card.querySelector('.status'), current ? words(level.status) : asOf(index),
    current ? STATUS_CLASS[level.status] : '');
  setPill(card.querySelector('.quotable'),
    !current ? 'quality not known' : level.quotable ? 'quotable' : 'not quotable',
    current && level.quotable ? 'good' : '');
  card.querySelector('.flags').replaceChildren(...(current ? level.flags : []).map((flag) => {
    const pill = document.createElement('span');
    pill.className = 'pill';
    setPill(pill, words(flag), 'wait');
    return pill;
  }));
  drawPending(index, current);
  card.querySelector('meter').value = level.weight_live;
  set('.live-text', (level.weight_live / 100).toFixed(2) + ' %');
  const cause = level.cause_symbol || words(level.cause);
  set('.cause', `by ${cause}, sequence ${count(level.index_sequence)}`);
  drawAge(index, current);
  drawSpark(index, direction);
}

// Text of a PendingPrice: a price that waits, or one that began the level guard.
function pendingText(record) {
  const { symbol, subject, reason } = record;
  const price = priceText(record.price);
  const reference = priceText(record.reference);
  const impact = impactText(record.impact);
  return subject === 'level_guard'
    ? `${symbol}: level guard, price ${price}, before ${reference}, moved the level by ${impact}`
    : `${symbol}: ${price} waits (${words(reason)}), compared with ${reference}, would move the level by ${impact}`;
}

// Shows the members that wait or hold the guard, as long as the level has the flag.
function drawPending(index, current) {
  const { level, pending } = index;
  const list = index.card.querySelector('.pending');
  const lines = [];
  for (const [flag, subject] of [['price_pending', 'price'], ['level_guard', 'level_guard']]) {
    if (!current || !level.flags.includes(flag)) continue;
    const known = [...pending.values()].filter((record) => record.subject === subject);
    lines.push(...(known.length > 0 ? known.map(pendingText) : [`${words(flag)}: member not known`]));
  }
  if (current && level.pending_impact > 0)
    lines.push(`pending impact ${impactText(level.pending_impact)}`);
  list.hidden = lines.length === 0;
  list.replaceChildren(...lines.map((line) => {
    const item = document.createElement('li');
    item.textContent = line;
    return item;
  }));
}

function drawAge(index, current) {
  // Time at which the core made the level, on this machine's clock. A snapshot is published later
  // than its level.
  const made = index.calculated + server.delay;
  index.card.querySelector('.age').textContent =
    current && Number.isFinite(made) ? age(Math.max(0, Date.now() - made)) : asOf(index);
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
  if (!index) return;
  index.fresh = true;
  index.dirty = true;
  if (message.type === 'snapshot') {
    index.pending.clear();
    message.pending.forEach(takePending);
  }
  if (message.level === undefined) return;
  index.level = message;
  index.calculated = nsToMs(message.calculation_time);
  exchangeMs = Math.max(exchangeMs, nsToMs(message.exchange_time));
}

function takePending(record) {
  const index = indices.get(record.code);
  if (!index) return;
  const key = record.subject + ' ' + record.symbol;
  index.pending.delete(key);
  if (record.decision === 'pending') index.pending.set(key, record);
  index.dirty = true;
}

// An operator's request ends a guard without a record of its own.
function takeStatusChange({ code, flags, previous_flags }) {
  const index = indices.get(code);
  if (!index || !previous_flags.includes('level_guard') || flags.includes('level_guard')) return;
  for (const [key, { subject }] of index.pending)
    if (subject === 'level_guard') index.pending.delete(key);
}

// Marks levels of the last connection as no longer current.
function forgetLevels() {
  for (const index of indices.values()) {
    if (index.fresh) index.until = server.current;
    index.fresh = false;
    index.dirty = true;
  }
}

// Takes the indices of the current epoch and removes those of an earlier one.
function takeIndices(list) {
  if (list.epoch !== server.epoch) {
    indices.clear();
    exchangeMs = 0;
  }
  server.epoch = list.epoch;
  for (const definition of list.indices) {
    if (indices.has(definition.code)) continue;
    indices.set(definition.code, {
      level: null, pending: new Map(), calculated: 0, fresh: false, until: 0, points: [], card: makeCard(definition),
      dirty: true,
    });
  }
  if (indices.size > 0) $('indices').replaceChildren(...[...indices.values()].map((i) => i.card));
}

function isDayClosed() {
  const all = [...indices.values()];
  return all.length > 0 && all.every(({ level }) => level?.status === 'closed');
}

function sample() {
  if (!isAlive()) return;
  for (const index of indices.values()) {
    if (!index.level || !index.fresh) continue;
    index.points.push(Number(index.level.level));
    if (index.points.length > SPARK_POINTS) index.points.shift();
    index.dirty = true;
  }
}

// ---- state of the server

const STATE_CLASS = { live: 'good', connecting: 'wait', draining: 'wait', 'not ready': 'wait', paused: 'wait',
  'token needed': 'wait', 'day closed': '', drained: 'bad', 'no server': 'bad' };

function bannerText(state) {
  const since = server.current ? timeOfDay(server.current) : '';
  switch (state) {
    case 'no server':
      return since
        ? `No heartbeat from the server since ${since} (local clock). Nothing here is current: values are as of ${since}. Connecting again.`
        : `No heartbeat from the server since this page was opened at ${timeOfDay(OPENED)} (local clock). Connecting again.`;
    case 'drained':
      return 'This server is drained: an operator took it out of service. Use another server. ' +
        (since ? `Nothing here is current: values are as of ${since}.` : 'It sends no levels.');
    case 'draining':
      return 'This server is draining: an operator takes it out of service, and it will end this stream. Use another server.';
    case 'not ready':
      return 'The server is not ready' + (notReady ? ': ' + notReady : '') + '.';
    case 'day closed':
      return 'The day is closed. Levels are the closing levels of the day.';
    default:
      return '';
  }
}

function drawState(state) {
  const text = bannerText(state);
  const banner = $('banner');
  if (state === drawn.state && text === banner.textContent) return;
  setPill($('connection'), state, STATE_CLASS[state]);
  setPill(banner, text, STATE_CLASS[state]);
  banner.hidden = text === '';
}

// Draws changes. A hidden tab is drawn as paused, so that it does not show outdated values as live
// when it wakes.
function draw() {
  const state = document.hidden ? 'paused' : serverState();
  const live = LIVE_STATES.includes(state);
  drawState(state);
  for (const index of indices.values()) {
    if (!index.dirty && live === drawn.live) continue;
    index.dirty = false;
    drawCard(index, live);
  }
  $('legend').classList.toggle('outdated', !live);
  const current = live && Date.now() - panels.at <= REFRESH_MS + SILENCE_MS;
  if (panels.dirty || current !== drawn.panels) drawPanels(current);
  const known = serverState();  // of a hidden tab too
  document.title = known === 'live' ? 'indexcast' : `${known} – indexcast`;
  drawn = { state, live, panels: current };
}

function drawClocks() {
  $('local-clock').textContent = dateTime(Date.now());
  const exchange = $('exchange-clock');
  exchange.textContent = exchangeMs > 0 ? dateTime(exchangeMs) : '–';
  exchange.classList.toggle('outdated', !drawn.live);
  for (const index of indices.values()) {
    if (index.level) drawAge(index, drawn.live && index.fresh);
  }
}

// ---- feeds and publishers

const FEED_CLASS = { live: 'good', down: 'bad', stale: 'bad', gap: 'wait', recovering: 'wait', connecting: 'wait',
  not_yet_due: '', ended: '' };  // silence that is expected
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

function feedRow(feed, current) {
  const c = feed.counters;
  const state = document.createElement('td');
  const pill = document.createElement('span');
  pill.className = 'pill';
  setPill(pill, current ? feed.state : 'not known', current ? FEED_CLASS[feed.state] : '');
  state.append(pill);
  const messages = c.applied + c.duplicate + c.filtered + c.rejected + c.malformed;
  return row(feed.feed.toUpperCase(), [
    state, cell(current ? rate('feed ' + feed.feed, messages) : '–'), cell(count(c.applied)), cell(count(c.filtered)),
    cell(count(c.duplicate)), cell(count(c.rejected)), cell(count(c.malformed), c.malformed > 0),
    cell(count(c.gaps)), cell(count(c.sequence_lost), c.sequence_lost > 0),
    cell(feed.ring_capacity ? `${count(feed.ring_depth)} / ${count(feed.ring_capacity)}` : '–'),
  ]);
}

function publisherRow(publisher, current) {
  const t = publisher.tick_to_publish;
  const time = (ns) => cell(t.count > 0 ? duration(ns) : '–');
  return row(publisher.publisher, [
    time(t.p50_ns), time(t.p99_ns), time(t.p999_ns), time(t.max_ns),
    cell(current ? rate('publisher ' + publisher.publisher, publisher.levels) : '–'), cell(count(publisher.levels)),
    cell(count(publisher.lag)), cell(count(publisher.lapped), publisher.lapped > 0),
    cell(count(publisher.skipped), publisher.skipped > 0),
  ]);
}

function drawPanels(current) {
  panels.dirty = false;
  for (const id of ['feeds-panel', 'publish-panel']) {
    $(id).classList.toggle('outdated', !current);
    $(id).querySelector('.as-of').textContent = current || !panels.at ? '' : 'as of ' + timeOfDay(panels.at);
  }
  if (panels.feeds === null) return;
  $('feeds').replaceChildren(...panels.feeds.map((feed) => feedRow(feed, current)));
  $('publishers').replaceChildren(...panels.status.publishers.map((each) => publisherRow(each, current)));
  const c = panels.status.clients;
  $('clients').textContent = `${plural(c.websockets, 'streaming client')}, ` +
    `${plural(c.frames_sent, 'message')} sent, conflated ${plural(c.conflated, 'time')}, ` +
    `${count(c.closed_slow)} closed for being slow`;
}

function takeStatus(status) {
  server.draining = status.draining;
  server.answered = Date.now();
  document.body.classList.toggle('red_up', status.colours === 'red_up');
  document.body.classList.toggle('green_up', status.colours === 'green_up');
}

let nextRefresh = 0;

async function refresh() {
  try {
    const [feeds, status] = await Promise.all([ask('/v1/feeds'), ask('/v1/status')]);
    takeStatus(status);
    Object.assign(panels, { feeds: feeds.feeds, status, at: Date.now(), dirty: true });
    if (!server.ready) notReady = await whatIsMissing();
  } catch (error) {
    // Heartbeats show that a server is gone.
  }
  clearTimeout(nextRefresh);
  if (!access.wanted) nextRefresh = setTimeout(refresh, REFRESH_MS);
}

async function whatIsMissing() {
  const answer = await fetch('/readyz', { cache: 'no-store', signal: AbortSignal.timeout(ANSWER_MS) });
  return answer.status === 503 ? (await answer.json()).detail : '';
}

function begin() {
  start();
  refresh();
}

// Checks the server's state, then draws: on each frame, on a timer where there are no frames, and
// when a tab wakes.
function wake() {
  judge();
  draw();
  drawClocks();
}

function frame() {
  judge();
  draw();
  requestAnimationFrame(frame);
}

access.listen(begin);
begin();
setInterval(sample, SPARK_STEP_MS);
setInterval(wake, JUDGE_MS);
for (const event of ['visibilitychange', 'resume', 'freeze']) document.addEventListener(event, wake);
for (const event of ['pageshow', 'focus', 'online']) window.addEventListener(event, wake);
requestAnimationFrame(frame);
