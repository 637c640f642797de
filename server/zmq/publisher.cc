#include "server/zmq/publisher.h"

#include <algorithm>

namespace indexcast::server {

ZmqPublisher::ZmqPublisher(ZmqSocket& socket, const Grids& grids, const ServerView& view,
                           Clock clock)
    : socket_(&socket),
      view_(view),
      universe_(view.universe),
      clock_(clock),
      level_reader_(view),
      encoder_(*view.universe, view.epoch, view.clock),
      inav_encoder_(*view.universe, grids.inavs_ns),
      grids_(grids),
      event_reader_(view),
      record_encoder_(view),
      short_heartbeats_(view),
      grid_levels_(view.universe->indices().size()),
      grid_next_(static_cast<IndexId>(grid_levels_.size())) {
  for (const IndexDefinition& index : universe_->indices()) {
    level_topics_.push_back("level/" + index.code + "/");
    inav_topics_.push_back(index.fund ? "inav/" + index.code + "/" : "");
  }
  skipped_.set_epoch(view.epoch);
  grid_.set_pace_ms(static_cast<std::uint32_t>(grids.levels_ns / kNsPerMs));
}

std::size_t ZmqPublisher::do_work(TimeNs now) {
  if (socket_ready_ || now - subscriptions_taken_ >= kSubscriptionsEveryNs) process_events(now);
  const std::size_t records = event_reader_.poll(kBatch, *this);
  const std::size_t count = level_reader_.poll(kBatch, *this);
  if (count > 0) stats_.cursor.set(level_reader_.cursor());
  if (short_heartbeats_.take_due(now)) {
    fill_service_state(view_, level_reader_, now, heartbeat_);
    clear_table(heartbeat_);
    send_heartbeat();
  }
  const std::size_t work = count + records + publish_grid(kGridBatch);
  // A send takes the sign from ZeroMQ's descriptor, so ZeroMQ is asked before the thread may sleep.
  if (work == 0 && sent_) process_events(now);
  return work + (socket_ready_ ? 1 : 0);
}

void ZmqPublisher::process_events(TimeNs now) {
  subscriptions_taken_ = now;
  sent_ = false;
  socket_ready_ = socket_->process_events();
}

// A core that has not turned since the last short heartbeat is looked at again an interval later.
TimeNs ZmqPublisher::due(TimeNs now) const {
  const TimeNs due = short_heartbeats_.due();
  return due > now ? due : now + view_.short_heartbeat_ms * kNsPerMs;
}

void ZmqPublisher::watch(feed::ReadySet& ready) {
  ready.add(socket_->descriptor(), feed::ReadySet::Wanted::read, socket_ready_);
}

void ZmqPublisher::on_level(const LevelUpdate& update, std::uint64_t stream_sequence) {
  const TimeNs now = clock_.now();
  const IndexId index = update.header.id;
  if (!send(level_topics_[index], encoder_.encode(update, stream_sequence, now))) return;
  if (!inav_topics_[index].empty())
    publish_inav(index, encoder_.message(update, stream_sequence, now), TimeNs{});
  stats_.levels.add();
  const bool from_tick = update.cause() == Cause::price || update.cause() == Cause::fx;
  if (from_tick && update.receive_time.ns > 0) {
    stats_.tick_to_publish.record(now - update.receive_time);
  }
}

void ZmqPublisher::on_skipped(IndexId index, std::uint64_t from, std::uint64_t to) {
  stats_.skipped.add(to - from + 1);
  send_skipped(index, v1::STREAM_KIND_LEVEL, from, to);
}

void ZmqPublisher::on_record(const Record& record) {
  const IndexId index = record.as<RecordHeader>().id;
  const std::string_view payload = record_encoder_.encode(record, clock_.now());
  if (send(topic(topic_of(record.kind()), index), payload)) stats_.records.add();
}

void ZmqPublisher::on_records_skipped(IndexId index, std::uint64_t from, std::uint64_t to) {
  send_skipped(index, v1::STREAM_KIND_RECORD, from, to);
}

void ZmqPublisher::send_skipped(IndexId index, v1::StreamKind kind, std::uint64_t from,
                                std::uint64_t to) {
  skipped_.set_code(universe_->indices()[index].code);
  skipped_.set_kind(kind);
  skipped_.set_from(from);
  skipped_.set_to(to);
  skipped_.SerializeToString(&bytes_);
  send(topic("skipped", index), bytes_);
}

std::string_view ZmqPublisher::topic(std::string_view kind, IndexId index) {
  topic_.assign(kind).append("/").append(universe_->indices()[index].code).append("/");
  return topic_;
}

void ZmqPublisher::on_tick(const TimerTick& tick, std::uint64_t) {
  const TimeNs now = clock_.now();
  heartbeat_.set_instant(tick.instant.ns);
  fill_service_state(view_, level_reader_, now, heartbeat_);
  for (std::size_t page = 0; page < heartbeat_pages(level_reader_.indices()); ++page) {
    fill_table_page(*universe_, level_reader_, page, heartbeat_);
    add_record_sequences(event_reader_, heartbeat_);
    send_heartbeat();
  }
  short_heartbeats_.on_table(now);
  if (tick.instant.ns % grids_.levels_ns == 0) begin_grid(tick.instant);
  if (tick.instant.ns % grids_.inavs_ns == 0) publish_inav_grid(tick.instant);
}

void ZmqPublisher::send_heartbeat() {
  heartbeat_.SerializeToString(&bytes_);
  if (send("heartbeat/", bytes_)) stats_.heartbeats.add();
}

// The ring has the tick before everything that was received at or after its instant, so the
// reader now has the state at that instant.
void ZmqPublisher::begin_grid(TimeNs instant) {
  publish_grid(grid_levels_.size());
  name_missed(instant, grids_.levels_ns, v1::STREAM_KIND_GRID, last_grid_);
  grid_.set_grid_instant(instant.ns);
  for (IndexId index = 0; index < level_reader_.indices(); ++index)
    grid_levels_[index] = {level_reader_.level(index), level_reader_.stream_sequence_of(index)};
  grid_next_ = 0;
}

std::size_t ZmqPublisher::publish_grid(std::size_t limit) {
  const std::size_t count = std::min(limit, grid_levels_.size() - grid_next_);
  if (count == 0) return 0;
  const TimeNs now = clock_.now();
  for (const auto end = static_cast<IndexId>(grid_next_ + count); grid_next_ < end; ++grid_next_) {
    const GridLevel& level = grid_levels_[grid_next_];
    if (level.update.index_sequence == 0) continue;
    *grid_.mutable_level() = encoder_.message(level.update, level.stream_sequence, now);
    grid_.SerializeToString(&bytes_);
    if (send(topic("grid", grid_next_), bytes_)) stats_.grids.add();
  }
  return count;
}

void ZmqPublisher::publish_inav_grid(TimeNs instant) {
  name_missed(instant, grids_.inavs_ns, v1::STREAM_KIND_INAV, last_inav_grid_);
  const TimeNs now = clock_.now();
  for (const IndexId fund : inav_encoder_.funds()) {
    if (!level_reader_.has_level(fund)) continue;
    const std::uint64_t sequence = level_reader_.stream_sequence_of(fund);
    publish_inav(fund, encoder_.message(level_reader_.level(fund), sequence, now), instant);
  }
}

void ZmqPublisher::name_missed(TimeNs instant, std::int64_t interval_ns, v1::StreamKind kind,
                               TimeNs& last) {
  const TimeNs expected = last + interval_ns;
  const bool missed = last.ns != 0 && instant > expected;
  last = instant;
  if (!missed) return;
  const auto from = static_cast<std::uint64_t>(expected.ns);
  const auto to = static_cast<std::uint64_t>(instant.ns - interval_ns);
  for (IndexId index = 0; index < level_reader_.indices(); ++index) {
    const bool of_stream = kind == v1::STREAM_KIND_GRID || !inav_topics_[index].empty();
    if (of_stream && level_reader_.has_level(index)) send_skipped(index, kind, from, to);
  }
}

void ZmqPublisher::publish_inav(IndexId fund, const v1::Level& level, TimeNs grid_instant) {
  if (send(inav_topics_[fund], inav_encoder_.encode(fund, level, grid_instant))) stats_.inavs.add();
}

bool ZmqPublisher::send(std::string_view topic, std::string_view payload) {
  const bool sent = socket_->send(topic, payload);
  sent_ = true;
  if (sent) {
    stats_.bytes.add(topic.size() + payload.size());
  } else {
    stats_.send_failures.add();
  }
  return sent;
}

}  // namespace indexcast::server
