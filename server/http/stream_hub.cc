#include "server/http/stream_hub.h"

#include <algorithm>
#include <iterator>

#include "server/publish/heartbeat.h"

namespace indexcast::server {
namespace {

constexpr std::size_t kCatchUp = 4096;  // records at once

}  // namespace

StreamHub::StreamHub(const ServerView& view, Clock clock, ClientStats& clients)
    : universe_(view.universe),
      clock_(clock),
      client_stats_(clients),
      mirror_(view),
      encoder_(*view.universe, view.epoch),
      frames_(view.universe->indices().size()),
      followers_(view.universe->indices().size()) {
  heartbeat_.set_epoch(view.epoch);
  skipped_.set_epoch(view.epoch);
}

void StreamHub::follow_day(const ServerView& view, Clock clock) {
  struct Wish {
    StreamClient* client;
    std::string code;
    std::int64_t interval_ns;
  };
  std::vector<Wish> wishes;
  for (StreamClient* client : clients_) {
    for (const auto& [index, wanted] : client->subscriptions())
      wishes.push_back({client, universe_->indices()[index].code, wanted.interval_ns});
    unfollow_all(*client);
  }
  universe_ = view.universe;
  clock_ = clock;
  mirror_ = LevelMirror(view);
  encoder_ = LevelEncoder(*view.universe, view.epoch);
  frames_.assign(view.universe->indices().size(), {});
  followers_.assign(view.universe->indices().size(), {});
  heartbeat_.set_epoch(view.epoch);
  skipped_.set_epoch(view.epoch);
  now_ = clock_.now();
  // Snapshots are of the day as far as it has come.
  while (mirror_.poll(kCatchUp, *this) == kCatchUp) {
  }
  for (const Wish& wish : wishes) {
    const IndexId index = universe_->find_index(wish.code);
    if (index < universe_->indices().size()) {
      follow(*wish.client, index, wish.interval_ns / kNsPerMs);
    } else {
      tell_unsubscribed(*wish.client, std::span(&wish.code, 1));
    }
  }
}

std::size_t StreamHub::poll(std::size_t limit) {
  now_ = clock_.now();
  const std::size_t count = mirror_.poll(limit, *this);
  if (count > 0) stats_.cursor.set(mirror_.cursor());
  for (StreamClient* client : clients_) client->flush(now_);
  return count;
}

void StreamHub::on_level(const LevelUpdate& update, std::uint64_t) {
  const IndexId index = update.header.id;
  frames_[index] = {};
  for (Subscription* follower : followers_[index]) follower->client->on_level(*follower, now_);
  // A frame made later, for a client that waits its interval out, says nothing about our latency.
  const bool from_tick = update.cause() == Cause::price || update.cause() == Cause::fx;
  if (frames_[index].level && from_tick && update.receive_time.ns > 0) {
    stats_.tick_to_publish.record(clock_.now() - update.receive_time);
  }
}

void StreamHub::on_skipped(IndexId, std::uint64_t from, std::uint64_t to) {
  stats_.skipped.add(to - from + 1);
}

void StreamHub::on_tick(const TimerTick& tick, std::uint64_t stream_sequence) {
  if (clients_.empty()) return;
  heartbeat_.set_stream_sequence(stream_sequence);
  heartbeat_.set_instant(tick.instant.ns);
  heartbeat_.set_publish_time(clock_.now().ns);
  for (std::size_t page = 0; page < heartbeat_pages(mirror_.indices()); ++page) {
    fill_heartbeat(*universe_, mirror_, page, heartbeat_);
    append_heartbeat_json(text_, heartbeat_);
    const Frame frame = finish();
    stats_.heartbeats.add();
    for (StreamClient* client : clients_) client->offer(frame, now_);
  }
}

void StreamHub::leave(StreamClient& client) {
  unfollow_all(client);
  std::erase(clients_, &client);
}

void StreamHub::unfollow_all(StreamClient& client) {
  while (!client.subscriptions().empty()) unfollow(client, client.subscriptions().begin()->first);
}

void StreamHub::sent(StreamClient& client) {
  const TimeNs now = clock_.now();
  client.pop(now);
  client.flush(now);
}

void StreamHub::handle(StreamClient& client, std::string_view text) {
  now_ = clock_.now();
  const ParsedCommand parsed = parse_stream_command(text);
  if (!parsed.fault.empty()) {
    refuse(client, parsed.fault);
    return;
  }
  switch (parsed.command.op) {
    case StreamOp::subscribe:
      subscribe(client, parsed.command);
      break;
    case StreamOp::unsubscribe:
      unsubscribe(client, parsed.command);
      break;
    case StreamOp::ping:
      fmt::format_to(std::back_inserter(text_), "{{\"type\":\"pong\",\"time\":\"{}\"}}", now_.ns);
      client.answer(finish(), now_);
      break;
  }
}

void StreamHub::refuse(StreamClient& client, std::string_view reason) {
  client_stats_.bad_commands.add();
  fmt::format_to(std::back_inserter(text_), "{{\"type\":\"error\",\"reason\":");
  append_quoted(text_, reason);
  text_.push_back('}');
  client.answer(finish(), clock_.now());
}

void StreamHub::subscribe(StreamClient& client, const StreamCommand& command) {
  std::string unknown;
  for (const std::string& code : command.codes) {
    const IndexId index = universe_->find_index(code);
    if (index < universe_->indices().size()) {
      follow(client, index, command.interval_ms);
    } else {
      unknown += (unknown.empty() ? "unknown code: " : ", ") + code;
    }
  }
  if (!unknown.empty()) refuse(client, unknown);
  client.flush(now_);
}

void StreamHub::unsubscribe(StreamClient& client, const StreamCommand& command) {
  std::vector<std::string> ended;
  for (const std::string& code : command.codes) {
    const IndexId index = universe_->find_index(code);
    if (index >= universe_->indices().size() || !client.follows(index)) continue;
    unfollow(client, index);
    ended.push_back(code);
  }
  tell_unsubscribed(client, ended);
}

void StreamHub::tell_unsubscribed(StreamClient& client, std::span<const std::string> codes) {
  fmt::format_to(std::back_inserter(text_), "{{\"type\":\"unsubscribed\",\"codes\":[");
  for (std::size_t i = 0; i < codes.size(); ++i) {
    if (i > 0) text_.push_back(',');
    append_quoted(text_, codes[i]);
  }
  fmt::format_to(std::back_inserter(text_), "]}}");
  client.answer(finish(), now_);
}

void StreamHub::follow(StreamClient& client, IndexId index, std::int64_t interval_ms) {
  unfollow(client, index);
  followers_[index].push_back(&client.subscribe(index, interval_ms));
}

void StreamHub::unfollow(StreamClient& client, IndexId index) {
  std::erase_if(followers_[index], [&](const Subscription* s) { return s->client == &client; });
  client.unsubscribe(index);
}

std::uint64_t StreamHub::newest_sequence(IndexId index) const {
  return mirror_.index_sequence(index);
}

Frame StreamHub::finish() {
  auto frame = std::make_shared<const std::string>(text_of(text_));
  text_.clear();
  stats_.bytes.add(frame->size());
  return frame;
}

Frame StreamHub::level_text(IndexId index, std::string_view type) {
  const TimeNs now = clock_.now();
  const LevelUpdate& update = mirror_.level(index);
  append_level_json(text_, encoder_.message(update, mirror_.stream_sequence_of(index), now), type);
  return finish();
}

Frame StreamHub::level_frame(IndexId index) {
  Frame& frame = frames_[index].level;
  if (frame) return frame;
  frame = level_text(index, "level");
  stats_.levels.add();
  return frame;
}

Frame StreamHub::snapshot_frame(IndexId index) {
  Frame& frame = frames_[index].snapshot;
  if (frame) return frame;
  if (mirror_.has_level(index)) {
    frame = level_text(index, "snapshot");
  } else {
    fmt::format_to(std::back_inserter(text_),
                   "{{\"type\":\"snapshot\",\"epoch\":\"{}\",\"stream_sequence\":{},"
                   "\"index_sequence\":0,\"code\":",
                   heartbeat_.epoch(), mirror_.cursor());
    append_quoted(text_, universe_->indices()[index].code);
    text_.push_back('}');
    frame = finish();
  }
  return frame;
}

Frame StreamHub::skipped_frame(IndexId index, std::uint64_t from, std::uint64_t to) {
  skipped_.set_code(universe_->indices()[index].code);
  skipped_.set_from(from);
  skipped_.set_to(to);
  append_skipped_json(text_, skipped_);
  return finish();
}

}  // namespace indexcast::server
