// Levels over WebSocket in JavaScript: snapshot, then every level, with its sequence checked.
//
// In a browser:  import { follow } from "./levels.mjs";
//                follow({ url: "ws://127.0.0.1:8080/v1/stream", codes: ["995366"], tell: console.log });
// Under Node:    node levels.mjs ws://127.0.0.1:8080/v1/stream [--count N] CODE...
// Node before 22 has no WebSocket of its own; Debian's package node-ws is one (with a Node that is not
// Debian's, NODE_PATH=/usr/share/nodejs finds it).

const SILENCE_MS = 2000; // without a heartbeat the server is dead

// Follows `codes` until stop() of the returned object. `tell` gets objects with a `what`:
//   snapshot, level   the message, with the fields of Level
//   skipped           the server replaced `from`..`to` of `code` by a newer level and reported it
//   lost              `from`..`to` of `code` did not arrive and were not reported: lost
//   connected, gone   gone: no heartbeat for two seconds, or the connection ended. No level is live any
//                     more; it connects again after a second, with a new snapshot
//   error             the server's `reason`
export function follow({ url, codes, tell, WebSocket = globalThis.WebSocket }) {
  let socket, retry, heard;
  const isLate = () => Date.now() - heard > SILENCE_MS;

  function connect() {
    const next = new Map(); // of each code, the sequence that comes next; of this connection's epoch
    socket = new WebSocket(url, "indexcast.v1.json");
    heard = Date.now();
    socket.onopen = () => {
      tell({ what: "connected" });
      socket.send(JSON.stringify({ op: "subscribe", codes, mode: "tick" }));
    };
    socket.onmessage = (event) => {
      if (isLate()) return lose(); // this machine slept: waiting messages are old
      const message = JSON.parse(event.data);
      if (message.type === "heartbeat") heard = Date.now();
      receive(message, next, tell);
    };
    socket.onerror = () => {}; // a close follows
    socket.onclose = lose;
  }

  function disconnect() {
    socket.onopen = socket.onmessage = socket.onclose = null;
    socket.close(); // not awaited, because a dead server does not answer
    socket = null;
  }

  function lose() {
    disconnect();
    tell({ what: "gone" });
    retry = setTimeout(connect, 1000);
  }

  connect();
  const timer = setInterval(() => socket && isLate() && lose(), 250);
  return {
    stop() {
      clearInterval(timer);
      clearTimeout(retry);
      if (socket) disconnect();
    },
  };
}

function receive(message, next, tell) {
  const { type, code, index_sequence, from, to } = message;
  // A snapshot is complete to its sequence; the next level is one more. 0: no level yet.
  if (type === "snapshot") next.set(code, index_sequence + 1);
  if (type === "level") arrive(code, index_sequence, index_sequence, next, tell);
  if (type === "skipped") arrive(code, from, to, next, tell);
  if (["snapshot", "level", "skipped", "error"].includes(type)) tell({ what: type, ...message });
}

// Sequences from..to came, or were named as left out: any jump before them is a loss.
function arrive(code, from, to, next, tell) {
  const expected = next.get(code);
  if (from > expected) tell({ what: "lost", code, from: expected, to: from - 1 });
  next.set(code, to + 1);
}

async function main(words) {
  const { createRequire } = await import("node:module");
  const WebSocket = globalThis.WebSocket ?? createRequire(import.meta.url)("ws");
  const [url, ...rest] = words;
  const at = rest.indexOf("--count");
  let left = at < 0 ? Infinity : Number(rest.splice(at, 2)[1]);
  const stream = follow({ url, codes: rest, tell, WebSocket });

  function tell(told) {
    const { what, code, index_sequence, level, status, quotable, from, to, reason } = told;
    if (what === "level" || what === "snapshot")
      console.log(what, code, index_sequence, level, status, quotable ? "quotable" : "not quotable");
    else if (what === "skipped" || what === "lost") console.log(what, code, `${from}..${to}`);
    else console.error(what, reason ?? "");
    if (what === "level" && --left <= 0) stream.stop();
  }
}

if (typeof process !== "undefined" && import.meta.url === `file://${process.argv[1]}`)
  await main(process.argv.slice(2));
