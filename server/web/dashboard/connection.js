// The page's connection: decides whether the server is alive, by the age of its last heartbeat, and
// connects again when it is not.
'use strict';

const SILENCE_MS = 2000;       // without a heartbeat the server counts as dead
const ANSWER_MS = 2000;        // for an answer over HTTP, and for the handshake
const RETRY_MS = [250, 500, 1000];
const INTERVAL_MS = 200;       // of a conflated stream: readable by a person
// Modes in order of preference; the first one that the reader's token allows is used.
const MODES = [{ mode: 'conflated', interval_ms: INTERVAL_MS }, { mode: 'grid' }, { mode: 'tick' }];

const nsToMs = (ns) => Number(BigInt(ns) / 1000n) / 1000;

const OPENED = Date.now();
const server = {
  socket: null,
  began: Date.now(),           // when this attempt to connect began
  heard: 0,                    // when the last heartbeat of this connection was due here; 0: none yet
  current: 0,                  // until when values were current, over all connections; 0: never
  delay: Infinity,             // shortest time between a heartbeat's stamp and its arrival
  epoch: null,
  draining: false,             // as the last heartbeat or answer of the server said
  answered: 0,                 // when it last answered over HTTP
  ready: true,
  attempt: 0,
  retry: 0,
};

// Takes a heartbeat. Its timestamp counts, not its arrival, because old heartbeats may be in the
// socket after this machine slept. The clocks of both machines may differ: the shortest delay of
// each connection corrects for that.
function takeHeartbeat(message) {
  const published = nsToMs(message.publish_time);
  server.delay = Math.min(server.delay, Date.now() - published);
  server.heard = published + server.delay;
  server.draining = message.draining;
  server.ready = message.ready !== false;
  if (isAlive()) server.current = server.heard;
}

function isAlive() {
  if (server.socket === null || server.heard === 0) return false;
  return Math.abs(Date.now() - server.heard) <= SILENCE_MS;
}

// State of the server as shown on the page. Levels are shown as live only in LIVE_STATES.
const LIVE_STATES = ['live', 'day closed', 'not ready', 'draining'];

function serverState() {
  if (access.wanted) return 'token needed';
  if (isAlive()) {
    if (server.draining) return 'draining';
    if (!server.ready) return 'not ready';
    return isDayClosed() ? 'day closed' : 'live';
  }
  if (server.draining && Date.now() - server.answered <= ANSWER_MS + 1000) return 'drained';
  return server.current === 0 && Date.now() - OPENED <= SILENCE_MS ? 'connecting' : 'no server';
}

async function ask(path) {
  const { token } = access;
  const response = await fetch(path,
    { headers: access.headers(), cache: 'no-store', signal: AbortSignal.timeout(ANSWER_MS) });
  // Ignored when another token was entered meanwhile.
  if (response.status === 401 && token === access.token) access.demand();
  if (!response.ok) throw new Error(path + ': ' + response.status);
  return response.json();
}

// Drops the connection in any state. It does not wait for a close handshake, which a dead server
// never answers.
function disconnect() {
  const { socket } = server;
  if (socket) {
    socket.onopen = socket.onmessage = socket.onclose = null;
    socket.close();
  }
  server.socket = null;
  server.heard = 0;
  server.delay = Infinity;
  forgetLevels();
}

function reconnect(wait) {
  disconnect();
  clearTimeout(server.retry);
  if (access.wanted) return;
  server.retry = setTimeout(start, wait ?? RETRY_MS[Math.min(server.attempt++, RETRY_MS.length - 1)]);
}

// Requests the indices first: without an answer a WebSocket would fail too, and browsers delay
// pages whose WebSockets fail.
async function start() {
  const { token } = access;
  server.began = Date.now();
  try {
    const [list, status] = await Promise.all([ask('/v1/indices'), ask('/v1/status')]);
    takeStatus(status);
    takeIndices(list);
    // A drained server accepts no new stream.
    if (status.draining) return reconnect(RETRY_MS.at(-1));
    connect();
  } catch (error) {
    if (access.wanted || token !== access.token) return;  // restarted with another token
    reconnect();
  }
}

function connect() {
  disconnect();
  server.began = Date.now();
  const scheme = location.protocol === 'https:' ? 'wss' : 'ws';
  const socket = new WebSocket(`${scheme}://${location.host}/v1/stream`, 'indexcast.v1.json');
  server.socket = socket;
  socket.onopen = () => {
    server.began = Date.now();
    if (access.token) socket.send(JSON.stringify({ op: 'authenticate', token: access.token }));
    if (indices.size > 0) subscribe(1);
  };
  socket.onmessage = (event) => take(JSON.parse(event.data));
  socket.onclose = () => { reconnect(); draw(); };
}

// Subscribes in the `nth` of MODES, counted from 1, which is also the number of the command.
function subscribe(nth) {
  const codes = [...indices.keys()];
  server.socket.send(JSON.stringify({ op: 'subscribe', id: nth, codes, records: true, ...MODES[nth - 1] }));
}

function take(message) {
  // A new epoch restarts the sequences, perhaps with other definitions.
  if (message.epoch !== undefined && message.epoch !== server.epoch) return reconnect(0);
  if (message.type === 'heartbeat') {
    server.attempt = 0;
    takeHeartbeat(message);
  } else if (message.type === 'level' || message.type === 'snapshot' || message.type === 'grid') {
    takeLevel(message);
  } else if (message.type === 'pending') {
    takePending(message);
  } else if (message.type === 'status') {
    takeStatusChange(message);
  } else if (message.type === 'skipped' && message.kind === 'record') {
    reconnect(0);  // the next snapshot has what is pending
  } else if (message.type === 'error' && message.kind === 'not_allowed') {
    if (message.id < MODES.length) subscribe(message.id + 1);
  }
}

// Called by a timer and whenever the tab wakes, before anything is drawn as live.
function judge() {
  if (server.socket === null) return;
  const { heard, began } = server;
  if (heard === 0 ? Date.now() - began > SILENCE_MS : !isAlive()) reconnect();
}
