#include "server/web/stream_frames.h"

namespace indexcast::server {
namespace {

// A record as the stream's message.
void move_into(v1::Event& event, v1::ServerMessage& message) {
  if (event.has_status()) {
    message.mutable_status()->Swap(event.mutable_status());
  } else if (event.has_definition()) {
    message.mutable_definition()->Swap(event.mutable_definition());
  } else if (event.has_pending()) {
    message.mutable_pending()->Swap(event.mutable_pending());
  } else {
    message.mutable_correction()->Swap(event.mutable_correction());
  }
}

}  // namespace

StreamFrames::StreamFrames(const DayState& day, const ServerView& view, Clock clock,
                           PublisherStats& stats, ClientStats& clients)
    : day_(day),
      clock_(clock),
      stats_(stats),
      client_stats_(clients),
      universe_(view.universe),
      epoch_(view.epoch),
      encoder_(*view.universe, view.epoch, view.clock),
      frames_(view.universe->indices().size()) {}

void StreamFrames::begin_day(const ServerView& view, Clock clock) {
  clock_ = clock;
  universe_ = view.universe;
  epoch_ = view.epoch;
  instant_ = {};
  encoder_ = LevelEncoder(*view.universe, view.epoch, view.clock);
  frames_.assign(view.universe->indices().size(), {});
  grid_frames_.clear();
}

void StreamFrames::reach(TimeNs instant) {
  instant_ = instant;
  grid_frames_.clear();
}

Frame StreamFrames::encode(const v1::ServerMessage& message, Encoding encoding) {
  Frame frame = frame_encoder_.encode(message, encoding);
  stats_.bytes.add(frame->size());
  return frame;
}

const v1::Level& StreamFrames::newest(IndexId index) {
  const LevelReader& levels = day_.levels;
  return encoder_.message(levels.level(index), levels.stream_sequence_of(index), clock_.now());
}

Frame StreamFrames::level_frame(IndexId index, Encoding encoding) {
  Frame& frame = frames_[index].level[encoding];
  if (frame) return frame;
  *level_message_.mutable_level() = newest(index);
  frame = encode(level_message_, encoding);
  stats_.levels.add();
  return frame;
}

Frame StreamFrames::snapshot_frame(IndexId index, Encoding encoding, std::uint32_t id) {
  Frame& shared = frames_[index].snapshot[encoding];
  if (id == 0 && shared) return shared;
  v1::ServerMessage message;
  v1::Snapshot& snapshot = *message.mutable_snapshot();
  snapshot.set_code(universe_->indices()[index].code);
  snapshot.set_complete_to(newest_sequence(index));
  snapshot.set_records_to(newest_record(index));
  day_.records.append_pending(index, clock_.now(), *snapshot.mutable_pending());
  if (day_.levels.has_level(index)) *snapshot.mutable_level() = newest(index);
  message.set_epoch(epoch_);
  message.set_id(id);
  Frame frame = encode(message, encoding);
  if (id == 0) shared = frame;
  return frame;
}

Frame StreamFrames::record_frame(IndexId index, Encoding encoding, std::uint64_t sequence) {
  const bool is_newest = sequence == newest_record(index);
  Frame& shared = frames_[index].record[encoding];
  if (is_newest && shared) return shared;
  v1::Event event;
  if (!day_.records.load(index, sequence, clock_.now(), event)) return nullptr;
  v1::ServerMessage message;
  move_into(event, message);
  Frame frame = encode(message, encoding);
  stats_.records.add();
  if (is_newest) shared = frame;
  return frame;
}

Frame StreamFrames::skipped_frame(IndexId index, Encoding encoding, v1::StreamKind kind,
                                  std::uint64_t from, std::uint64_t to) {
  v1::ServerMessage message;
  v1::Skipped& skipped = *message.mutable_skipped();
  skipped.set_epoch(epoch_);
  skipped.set_code(universe_->indices()[index].code);
  skipped.set_kind(kind);
  skipped.set_from(from);
  skipped.set_to(to);
  return encode(message, encoding);
}

Frame StreamFrames::grid_frame(IndexId index, Encoding encoding, std::int64_t interval_ms) {
  Frame& frame = grid_frames_[{index, interval_ms}][encoding];
  if (frame) return frame;
  v1::Grid& grid = *grid_message_.mutable_grid();
  *grid.mutable_level() = newest(index);
  grid.set_grid_instant(instant_.ns);
  grid.set_pace_ms(static_cast<std::uint32_t>(interval_ms));
  frame = encode(grid_message_, encoding);
  return frame;
}

// Not compressed: half a megabyte would hold up the other clients of the thread for milliseconds.
Frame StreamFrames::replay_frame(const StreamCommand& command, Encoding encoding) {
  v1::ServerMessage message;
  message.set_id(command.id);
  const std::string& code = command.codes[0];
  const IndexId index = universe_->find_index(code);
  const bool known = index < universe_->indices().size();
  if (!known || (command.epoch != 0 && command.epoch != epoch_)) {
    client_stats_.bad_commands.add();
    message.mutable_refusal()->set_code(code);
    message.mutable_refusal()->set_kind(known ? v1::REFUSAL_REASON_OTHER_EPOCH
                                              : v1::REFUSAL_REASON_UNKNOWN_CODE);
    message.mutable_refusal()->set_reason(
        known ? "epoch: another one numbers the levels, start again from a snapshot"
              : "unknown code: " + code);
  } else {
    client_stats_.replays.add();
    message.set_epoch(epoch_);
    v1::ReplayReply& reply = *message.mutable_replay();
    reply.set_code(code);
    day_.pages.fill(index, {command.from, command.to}, day_.levels, encoder_, clock_.now(), reply);
  }
  return encode(message, encoding_of(is_binary(encoding), /*deflated=*/false));
}

}  // namespace indexcast::server
