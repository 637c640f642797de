#include "server/web/stream_hub.h"

#include <fmt/format.h>

#include <algorithm>

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
      day_(view),
      stats_(name),
      frames_(day_, view, clock, stats_, clients),
      short_heartbeats_(view) {
  begin_day(view);
}

void StreamHub::begin_day(const ServerView& view) {
  view_ = view;
  universe_ = view.universe;
  short_heartbeats_ = ShortHeartbeats(view);
  heartbeat_message_.Clear();
  grid_ms_ = view.grid_ms;
  followers_.assign(view.universe->indices().size(), {});
  now_ = monotonic_now();
}

void StreamHub::switch_day(const ServerView& view, Clock clock) {
  // What the day before published last.
  while (poll(kCatchUp) > 0) {
  }
  struct Followed {
    StreamClient* client;
    std::string code;
    SubscriptionOptions options;
  };
  std::vector<Followed> followed;
  for (StreamClient* client : clients_) {
    for (const auto& [index, subscription] : client->subscriptions())
      followed.push_back({client, universe_->indices()[index].code, subscription.options});
    unfollow_all(*client);
  }
  clock_ = clock;
  day_ = DayState(view);
  frames_.begin_day(view, clock);
  begin_day(view);
  // Snapshots are of the day as far as it has come.
  while (read(kCatchUp) == kCatchUp) {
  }
  for (const Followed& each : followed) {
    const IndexId index = universe_->find_index(each.code);
    if (index < universe_->indices().size()) {
      follow(*each.client, index, each.options, 0);
    } else {
      send_unsubscribed(*each.client, std::span(&each.code, 1), 0);
    }
  }
  due_ = TimeNs{};  // the next poll sends the snapshots
}

std::size_t StreamHub::poll(std::size_t limit) {
  now_ = monotonic_now();
  const std::size_t count = read(limit);
  if (count > 0) stats_.cursor.set(day_.levels.cursor());
  if (!clients_.empty() && short_heartbeats_.take_due(now_)) {
    fill_service_state(view_, day_.levels, clock_.now(), *heartbeat_message_.mutable_heartbeat());
    clear_table(*heartbeat_message_.mutable_heartbeat());
    send_heartbeat();
  }
  due_ = clients_.empty() ? kNoDeadline : short_heartbeats_.due();
  for (StreamClient* client : clients_) {
    due_ = std::min(due_, client->flush(now_));
    client->show_queue();
  }
  return count;
}

// Events first: clients then have the event that a level belongs to.
std::size_t StreamHub::read(std::size_t limit) {
  const std::size_t count = day_.records.poll(limit, [this](IndexId index) { on_record(index); });
  return std::max(count, day_.levels.poll(limit, *this));
}

void StreamHub::on_record(IndexId index) {
  frames_.forget_record(index);
  for (Subscription* follower : followers_[index]) follower->client->on_record(*follower);
}

void StreamHub::on_level(const LevelUpdate& update, std::uint64_t stream_sequence) {
  const IndexId index = update.header.id;
  day_.pages.on_level(update, stream_sequence);
  frames_.forget_level(index);
  for (Subscription* follower : followers_[index]) follower->client->on_level(*follower, now_);
  // A frame made later, for a client that waits its interval out, says nothing about our latency.
  const bool from_tick = update.cause() == Cause::price || update.cause() == Cause::fx;
  if (frames_.level_was_sent(index) && from_tick && update.receive_time.ns > 0)
    stats_.tick_to_publish.record(clock_.now() - update.receive_time);
}

void StreamHub::on_skipped(IndexId, std::uint64_t from, std::uint64_t to) {
  stats_.skipped.add(to - from + 1);
}

void StreamHub::on_tick(const TimerTick& tick, std::uint64_t) {
  frames_.reach(tick.instant);
  heartbeat_message_.mutable_heartbeat()->set_instant(tick.instant.ns);
  if (clients_.empty()) return;
  send_table();
  // The ring has the tick before everything that was received at or after its instant, so the
  // reader now has the state at that instant.
  if (tick.instant.ns % (grid_ms_ * kNsPerMs) == 0) send_grid();
}

void StreamHub::send_table() {
  v1::Heartbeat& heartbeat = *heartbeat_message_.mutable_heartbeat();
  fill_service_state(view_, day_.levels, clock_.now(), heartbeat);
  for (std::size_t page = 0; page < heartbeat_pages(day_.levels.indices()); ++page) {
    fill_table_page(*universe_, day_.levels, page, heartbeat);
    add_record_sequences(day_.records.reader(), heartbeat);
    send_heartbeat();
  }
  short_heartbeats_.on_table(now_);
}

void StreamHub::send_heartbeat() {
  FrameSet frames;
  for (StreamClient* client : clients_) {
    Frame& frame = frames[client->encoding()];
    if (!frame) frame = frames_.encode(heartbeat_message_, client->encoding());
    client->offer(frame);
  }
  stats_.heartbeats.add();
}

void StreamHub::send_grid() {
  for (const std::vector<Subscription*>& followers : followers_) {
    for (Subscription* follower : followers)
      follower->client->on_grid(*follower, frames_.instant(), now_);
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
  now_ = monotonic_now();
  flush(client);
}

// After something other than the core's output gave a client more to send.
void StreamHub::flush(StreamClient& client) {
  const TimeNs due = client.flush(now_);
  if (due >= due_) return;
  due_ = due;
  if (due_earlier_) due_earlier_();
}

bool StreamHub::has_news() const {
  return day_.levels.lag() > 0 || day_.records.reader().lag() > 0;
}

void StreamHub::handle(StreamClient& client, std::string_view message) {
  now_ = monotonic_now();
  const bool binary = is_binary(client.encoding());
  const ParsedCommand parsed =
      binary ? parse_protobuf_command(message) : parse_json_command(message);
  const StreamCommand& command = parsed.command;
  if (!client.take_command(now_))
    return refuse(client, command.id,
                  {v1::REFUSAL_REASON_RATE_LIMITED, "too many commands a second"});
  if (!parsed.fault.empty())
    return refuse(client, command.id, {v1::REFUSAL_REASON_MALFORMED, parsed.fault});
  const bool open_to_all = command.op == StreamOp::authenticate || command.op == StreamOp::ping;
  if (!client.rights() && !open_to_all) {
    client_stats_.unauthorised.add();
    return refuse(client, command.id,
                  {v1::REFUSAL_REASON_UNAUTHENTICATED, "authenticate first: a token is needed"});
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
  client.answer(frames_.encode(message_, client.encoding()));
  message_.Clear();
}

void StreamHub::refuse(StreamClient& client, std::uint32_t id, const CommandFault& fault,
                       const std::string& code) {
  client_stats_.bad_commands.add();
  v1::StreamRefusal& refusal = *message_.mutable_refusal();
  refusal.set_kind(fault.kind);
  refusal.set_reason(fault.reason);
  refusal.set_code(code);
  answer(client, id);
}

void StreamHub::replay(StreamClient& client, const StreamCommand& command) {
  const std::string& code = command.codes[0];
  const ClientRights& rights = *client.rights();
  if (!rights.tick || !rights.replay)
    return refuse(client, command.id,
                  {v1::REFUSAL_REASON_NOT_ALLOWED, "replay: not allowed by this token"}, code);
  if (!rights.may_see(code))
    return refuse(client, command.id, {v1::REFUSAL_REASON_UNKNOWN_CODE, "unknown code: " + code},
                  code);
  if (!client.replay(command, now_))
    refuse(client, command.id,
           {v1::REFUSAL_REASON_RATE_LIMITED,
            fmt::format("replay: {} wait for their answers already", StreamClient::kReplaysMax)},
           code);
}

void StreamHub::pong(StreamClient& client, const StreamCommand& command) {
  message_.mutable_pong()->set_time(clock_.published(clock_.now()).ns);
  answer(client, command.id);
}

void StreamHub::authenticate(StreamClient& client, const StreamCommand& command) {
  const SharedRights rights = tokens_.rights_of(command.token);
  if (!rights) {
    client_stats_.unauthorised.add();
    return refuse(client, command.id, {v1::REFUSAL_REASON_UNAUTHENTICATED, "token: not known"});
  }
  if (client.rights() && client.rights()->name != rights->name)
    return refuse(client, command.id,
                  {v1::REFUSAL_REASON_NOT_ALLOWED, "token: this connection is another's already"});
  if (!client.belong_to(rights))
    return refuse(client, command.id,
                  {v1::REFUSAL_REASON_TOO_MANY_CONNECTIONS,
                   "token: as many connections as it allows are open"});
  message_.mutable_authenticated()->set_name(rights->name);
  answer(client, command.id);
}

StreamHub::CommandFault StreamHub::too_many_codes() const {
  return {v1::REFUSAL_REASON_TOO_MANY_CODES,
          fmt::format("codes: at most {} are followed at once", settings_.max_subscriptions)};
}

std::optional<StreamHub::CommandFault> StreamHub::subscribe_fault(
    const StreamClient& client, const StreamCommand& command) const {
  if (!may_have(*client.rights(), command.mode))
    return CommandFault{v1::REFUSAL_REASON_NOT_ALLOWED, "mode: not allowed by this token"};
  if (command.codes.size() > settings_.max_subscriptions) return too_many_codes();
  if (command.mode == StreamMode::grid && command.interval_ms % grid_ms_ != 0)
    return CommandFault{v1::REFUSAL_REASON_MALFORMED,
                        fmt::format("interval_ms: a multiple of the grid's {} ms", grid_ms_)};
  return std::nullopt;
}

void StreamHub::subscribe(StreamClient& client, const StreamCommand& command) {
  if (const auto fault = subscribe_fault(client, command))
    return refuse(client, command.id, *fault);
  const bool default_interval = command.mode == StreamMode::grid && command.interval_ms == 0;
  const SubscriptionOptions options{command.mode, default_interval ? grid_ms_ : command.interval_ms,
                                    command.records};
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
      follow(client, index, options, command.id);
    }
  }
  if (!unknown.empty()) refuse(client, command.id, {v1::REFUSAL_REASON_UNKNOWN_CODE, unknown});
  if (full) refuse(client, command.id, too_many_codes());
  flush(client);
}

void StreamHub::unsubscribe(StreamClient& client, const StreamCommand& command) {
  std::vector<std::string> ended;
  for (const std::string& code : command.codes) {
    const IndexId index = universe_->find_index(code);
    if (index >= universe_->indices().size() || !client.follows(index)) continue;
    unfollow(client, index);
    ended.push_back(code);
  }
  send_unsubscribed(client, ended, command.id);
}

void StreamHub::send_unsubscribed(StreamClient& client, std::span<const std::string> codes,
                                  std::uint32_t id) {
  v1::Unsubscribed& unsubscribed = *message_.mutable_unsubscribed();
  for (const std::string& code : codes) unsubscribed.add_codes(code);
  answer(client, id);
}

void StreamHub::follow(StreamClient& client, IndexId index, const SubscriptionOptions& options,
                       std::uint32_t id) {
  unfollow(client, index);
  std::vector<Subscription*>& followers = followers_[index];
  Subscription& subscription = client.subscribe(index, options, id);
  subscription.place = followers.size();
  followers.push_back(&subscription);
}

void StreamHub::unfollow(StreamClient& client, IndexId index) {
  if (!client.follows(index)) return;
  std::vector<Subscription*>& followers = followers_[index];
  const std::size_t place = client.subscriptions().at(index).place;
  followers[place] = followers.back();
  followers[place]->place = place;
  followers.pop_back();
  client.unsubscribe(index);
}

}  // namespace indexcast::server
