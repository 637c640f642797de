#include "server/stream/stream_hub.h"

#include <fmt/format.h>

#include <algorithm>

#include "server/publish/heartbeat.h"

namespace indexcast::server {
namespace {

constexpr std::size_t kCatchUp = 4096;  // records at once

bool may_have(const ClientRights& rights, StreamMode mode) {
  switch (mode) {
    case StreamMode::tick:
      return rights.tick;
    case StreamMode::grid:
      return rights.grid;
    case StreamMode::conflated:
      return rights.conflated;
  }
  return false;
}

}  // namespace

StreamHub::StreamHub(const HttpSettings& settings, const ClientTokens& tokens,
                     const ServerView& view, Clock clock, ClientStats& clients,
                     const std::string& name)
    : settings_(settings),
      tokens_(tokens),
      clock_(clock),
      client_stats_(clients),
      mirror_(view),
      pages_(view),
      encoder_(*view.universe, view.epoch),
      stats_(name) {
  begin_day(view);
}

void StreamHub::begin_day(const ServerView& view) {
  universe_ = view.universe;
  epoch_ = view.epoch;
  grid_ms_ = view.grid_ms;
  instant_ = {};
  frames_.assign(view.universe->indices().size(), {});
  followers_.assign(view.universe->indices().size(), {});
  grid_frames_.clear();
  now_ = clock_.now();
}

void StreamHub::follow_day(const ServerView& view, Clock clock) {
  struct Followed {
    StreamClient* client;
    std::string code;
    Wish wish;
  };
  std::vector<Followed> followed;
  for (StreamClient* client : clients_) {
    for (const auto& [index, subscription] : client->subscriptions())
      followed.push_back({client, universe_->indices()[index].code, subscription.wish});
    unfollow_all(*client);
  }
  clock_ = clock;
  mirror_ = LevelMirror(view);
  pages_ = LevelPages(view);
  encoder_ = LevelEncoder(*view.universe, view.epoch);
  begin_day(view);
  // Snapshots are of the day as far as it has come.
  while (mirror_.poll(kCatchUp, *this) == kCatchUp) {
  }
  for (const Followed& each : followed) {
    const IndexId index = universe_->find_index(each.code);
    if (index < universe_->indices().size()) {
      follow(*each.client, index, each.wish, 0);
    } else {
      tell_unsubscribed(*each.client, std::span(&each.code, 1), 0);
    }
  }
}

std::size_t StreamHub::poll(std::size_t limit) {
  now_ = clock_.now();
  const std::size_t count = mirror_.poll(limit, *this);
  if (count > 0) stats_.cursor.set(mirror_.cursor());
  for (StreamClient* client : clients_) {
    client->flush(now_);
    client->show_queue();
  }
  return count;
}

void StreamHub::on_level(const LevelUpdate& update, std::uint64_t stream_sequence) {
  const IndexId index = update.header.id;
  pages_.on_level(update, stream_sequence);
  frames_[index] = {};
  for (Subscription* follower : followers_[index]) follower->client->on_level(*follower, now_);
  // A frame made later, for a client that waits its interval out, says nothing about our latency.
  const bool from_tick = update.cause() == Cause::price || update.cause() == Cause::fx;
  if (frames_[index].level.any() && from_tick && update.receive_time.ns > 0)
    stats_.tick_to_publish.record(clock_.now() - update.receive_time);
}

void StreamHub::on_skipped(IndexId, std::uint64_t from, std::uint64_t to) {
  stats_.skipped.add(to - from + 1);
}

void StreamHub::on_tick(const TimerTick& tick, std::uint64_t stream_sequence) {
  instant_ = tick.instant;
  if (clients_.empty()) return;
  send_heartbeats(stream_sequence);
  // The ring has the tick before everything that was received at or after its instant, so what the
  // mirror holds now is the state at that instant.
  if (instant_.ns % (grid_ms_ * kNsPerMs) == 0) send_grid();
}

void StreamHub::send_heartbeats(std::uint64_t stream_sequence) {
  v1::Heartbeat& heartbeat = *heartbeat_message_.mutable_heartbeat();
  heartbeat.set_epoch(epoch_);
  heartbeat.set_stream_sequence(stream_sequence);
  heartbeat.set_instant(instant_.ns);
  heartbeat.set_publish_time(clock_.now().ns);
  for (std::size_t page = 0; page < heartbeat_pages(mirror_.indices()); ++page) {
    fill_heartbeat(*universe_, mirror_, page, heartbeat);
    FrameSet frames;
    for (StreamClient* client : clients_) {
      Frame& frame = frames[client->form()];
      if (!frame) frame = encode(heartbeat_message_, client->form());
      client->offer(frame, now_);
    }
    stats_.heartbeats.add();
  }
}

void StreamHub::send_grid() {
  grid_frames_.clear();
  for (const std::vector<Subscription*>& followers : followers_) {
    for (Subscription* follower : followers) follower->client->on_grid(*follower, instant_, now_);
  }
}

void StreamHub::leave(StreamClient& client) {
  unfollow_all(client);
  std::erase(clients_, &client);
}

void StreamHub::unfollow_all(StreamClient& client) {
  while (!client.subscriptions().empty()) unfollow(client, client.subscriptions().begin()->first);
}

void StreamHub::written(StreamClient& client) {
  const TimeNs now = clock_.now();
  client.on_written(now);
  client.flush(now);
}

void StreamHub::handle(StreamClient& client, std::string_view message) {
  now_ = clock_.now();
  const bool binary = is_binary(client.form());
  const ParsedCommand parsed =
      binary ? parse_protobuf_command(message) : parse_json_command(message);
  const StreamCommand& command = parsed.command;
  if (!client.take_command(now_)) return refuse(client, command.id, "too many commands a second");
  if (!parsed.fault.empty()) return refuse(client, command.id, parsed.fault);
  const bool open_to_all = command.op == StreamOp::authenticate || command.op == StreamOp::ping;
  if (!client.rights() && !open_to_all) {
    client_stats_.unauthorised.add();
    return refuse(client, command.id, "authenticate first: a token is needed");
  }
  carry_out(client, command);
}

void StreamHub::carry_out(StreamClient& client, const StreamCommand& command) {
  switch (command.op) {
    case StreamOp::authenticate:
      return authenticate(client, command);
    case StreamOp::subscribe:
      subscribe(client, command);
      return client.show_subscriptions();
    case StreamOp::unsubscribe:
      unsubscribe(client, command);
      return client.show_subscriptions();
    case StreamOp::replay:
      return replay(client, command);
    case StreamOp::ping:
      return pong(client, command);
  }
}

void StreamHub::answer(StreamClient& client, std::uint32_t id) {
  message_.set_id(id);
  client.answer(encode(message_, client.form()), now_);
  message_.Clear();
}

void StreamHub::refuse(StreamClient& client, std::uint32_t id, const std::string& reason,
                       const std::string& code) {
  client_stats_.bad_commands.add();
  v1::StreamRefusal& refusal = *message_.mutable_refusal();
  refusal.set_reason(reason);
  refusal.set_code(code);
  answer(client, id);
}

void StreamHub::replay(StreamClient& client, const StreamCommand& command) {
  const std::string& code = command.codes[0];
  const ClientRights& rights = *client.rights();
  if (!rights.tick || !rights.replay)
    return refuse(client, command.id, "replay: not allowed by this token", code);
  if (!rights.may_see(code)) return refuse(client, command.id, "unknown code: " + code, code);
  if (!client.replay(command, now_))
    refuse(client, command.id,
           fmt::format("replay: {} wait for their answers already", StreamClient::kReplaysMax),
           code);
}

void StreamHub::pong(StreamClient& client, const StreamCommand& command) {
  message_.mutable_pong()->set_time(now_.ns);
  answer(client, command.id);
}

void StreamHub::authenticate(StreamClient& client, const StreamCommand& command) {
  const SharedRights rights = tokens_.rights_of(command.token);
  if (!rights) {
    client_stats_.unauthorised.add();
    return refuse(client, command.id, "token: nobody's");
  }
  if (client.rights() && client.rights()->name != rights->name)
    return refuse(client, command.id, "token: this connection is another's already");
  if (!client.belong_to(rights))
    return refuse(client, command.id, "token: as many connections as it allows are open");
  message_.mutable_authenticated()->set_name(rights->name);
  answer(client, command.id);
}

std::string StreamHub::subscribe_fault(const StreamClient& client,
                                       const StreamCommand& command) const {
  if (!may_have(*client.rights(), command.mode)) return "mode: not allowed by this token";
  if (command.codes.size() > settings_.max_subscriptions)
    return fmt::format("codes: at most {} are followed at once", settings_.max_subscriptions);
  if (command.mode == StreamMode::grid && command.interval_ms % grid_ms_ != 0)
    return fmt::format("interval_ms: a multiple of the grid's {} ms", grid_ms_);
  return {};
}

void StreamHub::subscribe(StreamClient& client, const StreamCommand& command) {
  const std::string fault = subscribe_fault(client, command);
  if (!fault.empty()) return refuse(client, command.id, fault);
  const bool server_pace = command.mode == StreamMode::grid && command.interval_ms == 0;
  const Wish wish{command.mode, server_pace ? grid_ms_ : command.interval_ms};
  std::string unknown;
  bool full = false;
  for (const std::string& code : command.codes) {
    const IndexId index = universe_->find_index(code);
    const bool known = index < universe_->indices().size() && client.rights()->may_see(code);
    if (!known) {
      unknown += (unknown.empty() ? "unknown code: " : ", ") + code;
    } else if (!client.follows(index) &&
               client.subscriptions().size() >= settings_.max_subscriptions) {
      full = true;
    } else {
      follow(client, index, wish, command.id);
    }
  }
  if (!unknown.empty()) refuse(client, command.id, unknown);
  if (full)
    refuse(client, command.id,
           fmt::format("codes: at most {} are followed at once", settings_.max_subscriptions));
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
  tell_unsubscribed(client, ended, command.id);
}

void StreamHub::tell_unsubscribed(StreamClient& client, std::span<const std::string> codes,
                                  std::uint32_t id) {
  v1::Unsubscribed& unsubscribed = *message_.mutable_unsubscribed();
  for (const std::string& code : codes) unsubscribed.add_codes(code);
  answer(client, id);
}

void StreamHub::follow(StreamClient& client, IndexId index, const Wish& wish, std::uint32_t id) {
  unfollow(client, index);
  followers_[index].push_back(&client.subscribe(index, wish, id));
}

void StreamHub::unfollow(StreamClient& client, IndexId index) {
  std::erase_if(followers_[index], [&](const Subscription* s) { return s->client == &client; });
  client.unsubscribe(index);
}

std::uint64_t StreamHub::newest_sequence(IndexId index) const {
  return mirror_.index_sequence(index);
}

Frame StreamHub::encode(const v1::ServerMessage& message, FrameForm form) {
  Frame frame = frame_encoder_.encode(message, form);
  stats_.bytes.add(frame->size());
  return frame;
}

const v1::Level& StreamHub::newest(IndexId index) {
  return encoder_.message(mirror_.level(index), mirror_.stream_sequence_of(index), clock_.now());
}

Frame StreamHub::level_frame(IndexId index, FrameForm form) {
  Frame& frame = frames_[index].level[form];
  if (frame) return frame;
  *level_message_.mutable_level() = newest(index);
  frame = encode(level_message_, form);
  stats_.levels.add();
  return frame;
}

Frame StreamHub::snapshot_frame(IndexId index, FrameForm form, std::uint32_t id) {
  Frame& shared = frames_[index].snapshot[form];
  if (id == 0 && shared) return shared;
  v1::Snapshot& snapshot = *message_.mutable_snapshot();
  snapshot.set_code(universe_->indices()[index].code);
  snapshot.set_complete_to(mirror_.index_sequence(index));
  if (mirror_.has_level(index)) *snapshot.mutable_level() = newest(index);
  message_.set_epoch(epoch_);
  message_.set_id(id);
  Frame frame = encode(message_, form);
  message_.Clear();
  if (id == 0) shared = frame;
  return frame;
}

// Not compressed: half a megabyte would hold up the other clients of the thread for milliseconds.
Frame StreamHub::replay_frame(const StreamCommand& command, FrameForm form) {
  v1::ServerMessage message;
  message.set_id(command.id);
  const std::string& code = command.codes[0];
  const IndexId index = universe_->find_index(code);
  const bool known = index < universe_->indices().size();
  if (!known || (command.epoch != 0 && command.epoch != epoch_)) {
    client_stats_.bad_commands.add();
    message.mutable_refusal()->set_code(code);
    message.mutable_refusal()->set_reason(
        known ? "epoch: another one numbers the levels, start again from a snapshot"
              : "unknown code: " + code);
  } else {
    client_stats_.replays.add();
    message.set_epoch(epoch_);
    v1::ReplayReply& reply = *message.mutable_replay();
    reply.set_code(code);
    pages_.fill(index, command.from, command.to, mirror_, encoder_, clock_.now(), reply);
  }
  return encode(message, frame_form(is_binary(form), /*deflated=*/false));
}

Frame StreamHub::grid_frame(IndexId index, FrameForm form, std::int64_t pace_ms) {
  Frame& frame = grid_frames_[{index, pace_ms}][form];
  if (frame) return frame;
  v1::Grid& grid = *grid_message_.mutable_grid();
  *grid.mutable_level() = newest(index);
  grid.set_grid_instant(instant_.ns);
  grid.set_pace_ms(static_cast<std::uint32_t>(pace_ms));
  frame = encode(grid_message_, form);
  return frame;
}

Frame StreamHub::skipped_frame(IndexId index, FrameForm form, std::uint64_t from,
                               std::uint64_t to) {
  v1::ServerMessage message;
  v1::Skipped& skipped = *message.mutable_skipped();
  skipped.set_epoch(epoch_);
  skipped.set_code(universe_->indices()[index].code);
  skipped.set_from(from);
  skipped.set_to(to);
  return encode(message, form);
}

Frame StreamHub::skipped_grid_frame(IndexId index, FrameForm form, TimeNs from, TimeNs to) {
  v1::ServerMessage message;
  v1::Skipped& skipped = *message.mutable_skipped();
  skipped.set_epoch(epoch_);
  skipped.set_code(universe_->indices()[index].code);
  skipped.set_kind(v1::STREAM_KIND_GRID);
  skipped.set_from(static_cast<std::uint64_t>(from.ns));
  skipped.set_to(static_cast<std::uint64_t>(to.ns));
  return encode(message, form);
}

}  // namespace indexcast::server
