#include "server/publish/zmq_publisher.h"

#include "server/publish/heartbeat.h"

namespace indexcast::server {

ZmqPublisher::ZmqPublisher(ZmqSocket& socket, const ZmqSettings& settings, const ServerView& view,
                           Clock clock)
    : socket_(&socket),
      universe_(view.universe),
      clock_(clock),
      mirror_(view),
      encoder_(*view.universe, view.epoch),
      inav_encoder_(*view.universe),
      inav_grid_ns_(settings.inav_grid_s * kNsPerSecond) {
  for (const IndexDefinition& index : universe_->indices()) {
    level_topics_.push_back("level/" + index.code + "/");
    skipped_topics_.push_back("skipped/" + index.code + "/");
    inav_topics_.push_back(index.fund ? "inav/" + index.code + "/" : "");
  }
  heartbeat_.set_epoch(view.epoch);
  skipped_.set_epoch(view.epoch);
}

std::size_t ZmqPublisher::do_work(TimeNs) {
  const std::size_t count = mirror_.poll(kBatch, *this);
  if (count > 0) stats_.cursor.set(mirror_.cursor());
  return count;
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
  skipped_.set_code(universe_->indices()[index].code);
  skipped_.set_from(from);
  skipped_.set_to(to);
  skipped_.SerializeToString(&bytes_);
  send(skipped_topics_[index], bytes_);
}

void ZmqPublisher::on_tick(const TimerTick& tick, std::uint64_t stream_sequence) {
  heartbeat_.set_stream_sequence(stream_sequence);
  heartbeat_.set_instant(tick.instant.ns);
  heartbeat_.set_publish_time(clock_.now().ns);
  for (std::size_t page = 0; page < heartbeat_pages(mirror_.indices()); ++page) {
    fill_heartbeat(*universe_, mirror_, page, heartbeat_);
    heartbeat_.SerializeToString(&bytes_);
    if (send("heartbeat/", bytes_)) stats_.heartbeats.add();
  }
  publish_grid(tick.instant);
}

// The ring has the tick before everything that was received at or after its instant, so what the
// mirror holds now is the state at that instant.
void ZmqPublisher::publish_grid(TimeNs instant) {
  if (instant.ns % inav_grid_ns_ != 0) return;
  const TimeNs now = clock_.now();
  for (const IndexId fund : inav_encoder_.funds()) {
    if (!mirror_.has_level(fund)) continue;
    const std::uint64_t sequence = mirror_.stream_sequence_of(fund);
    publish_inav(fund, encoder_.message(mirror_.level(fund), sequence, now), instant);
  }
}

void ZmqPublisher::publish_inav(IndexId fund, const v1::Level& level, TimeNs grid_instant) {
  if (send(inav_topics_[fund], inav_encoder_.encode(fund, level, grid_instant))) stats_.inavs.add();
}

bool ZmqPublisher::send(std::string_view topic, std::string_view payload) {
  const bool sent = socket_->send(topic, payload);
  if (sent) {
    stats_.bytes.add(topic.size() + payload.size());
  } else {
    stats_.send_failures.add();
  }
  return sent;
}

}  // namespace indexcast::server
