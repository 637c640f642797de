#include "proto/subscriber/index_stream.h"

#include <utility>

namespace indexcast::subscriber {
namespace {

TrackerLimits limits_of(const Settings& settings) {
  return {.hold = settings.hold_limit, .held_max = settings.held_max};
}

// A snapshot of this epoch, whose level is of the index that it is for.
bool sane(const v1::Snapshot& snapshot, std::uint64_t epoch) {
  if (snapshot.complete_to() > kSequenceMax || snapshot.records_to() > kSequenceMax) return false;
  const v1::Level& level = snapshot.level();
  return !snapshot.has_level() || (level.code() == snapshot.code() && level.epoch() == epoch &&
                                   level.index_sequence() <= snapshot.complete_to());
}

}  // namespace

IndexStream::IndexStream(std::string code, const Settings& settings, const Callbacks& callbacks,
                         const Liveness& liveness, Counters& counters, Time now)
    : code_(std::move(code)),
      settings_(&settings),
      callbacks_(&callbacks),
      liveness_(&liveness),
      counters_(&counters),
      levels_(limits_of(settings), now),
      records_(limits_of(settings), now),
      steady_(code_, callbacks, counters) {}

void IndexStream::restart(Begin why, LossReason loss, Time now) {
  LevelSink level_sink{*this, now};
  levels_.restart(loss, now, level_sink);
  RecordSink record_sink{*this};
  records_.restart(loss, now, record_sink);
  memory_.restart();
  steady_.restart();
  if (why_ != Begin::joined) why_ = why;
  begun_ = false;
  offered_ = false;
  pending_.reset();
}

void IndexStream::join(const v1::Snapshot& snapshot, std::uint64_t epoch, Time now) {
  if (levels_.joined() || !sane(snapshot, epoch)) return;
  epoch_ = epoch;
  const bool first = why_ == Begin::joined;
  offer(snapshot.has_level() ? &snapshot.level() : nullptr, snapshot.complete_to(),
        levels_.held() == 0, now);
  LevelSink level_sink{*this, now};
  levels_.join(snapshot.complete_to(), now, level_sink);
  RecordSink record_sink{*this};
  const bool from_the_first = first && settings_->records_of_the_day;
  if (!from_the_first) deliver_pending(snapshot, record_sink);
  records_.join(from_the_first ? 0 : snapshot.records_to(), now, record_sink);
  if (settings_->records) records_.know(snapshot.records_to(), now);
}

// Records from before the snapshot that still stand.
void IndexStream::deliver_pending(const v1::Snapshot& snapshot, RecordSink& sink) {
  if (!settings_->records) return;
  for (const v1::PendingPrice& pending : snapshot.pending()) {
    if (pending.code() != code_ || pending.epoch() != epoch_) continue;
    v1::Event record;
    *record.mutable_pending() = pending;
    sink.deliver(record, Arrival::replay, /*newest=*/false);
  }
}

void IndexStream::on_level(v1::Level& level, Arrival arrival, Time now) {
  epoch_ = level.epoch();
  LevelSink sink{*this, now};
  if (!levels_.receive(level.index_sequence(), level, arrival, now, sink)) ++counters_->duplicates;
}

void IndexStream::on_record(v1::Event& record, Arrival arrival, Time now) {
  epoch_ = epoch_of(record);
  RecordSink sink{*this};
  records_.receive(sequence_of(record), record, arrival, now, sink);
}

void IndexStream::on_grid(const v1::Grid& grid, Time now) {
  steady_.on_grid(grid, see(grid.level(), now));
}

void IndexStream::on_inav(const v1::Inav& inav, Time now) {
  steady_.on_inav(inav, see(inav.level(), now));
}

// Without levels it is these that show a server catching up.
Quality IndexStream::see(const v1::Level& level, Time now) {
  if (!settings_->levels && offered_ && !begun_) offer(&level, level.index_sequence(), true, now);
  if (begun_) watermark_.saw(level);
  Quality quality = quality_of(&level, true);
  quality.behind = !begun_ && watermark_.behind(level);
  quality.quotable = quality.quotable && !quality.behind;
  return quality;
}

Quality IndexStream::quality_of(const v1::Level* level, bool newest) const {
  const bool live = liveness_->live;
  return {.live = live,
          .quotable = live && newest && level != nullptr && level->quotable(),
          .newest = newest};
}

void IndexStream::on_skipped(const v1::Skipped& skipped, Time now) {
  if (skipped.kind() == v1::STREAM_KIND_RECORD) {
    if (settings_->records) records_.know(skipped.to(), now);  // the server keeps them for the day
    return;
  }
  LevelSink sink{*this, now};
  if (settings_->levels && skipped.kind() == v1::STREAM_KIND_LEVEL)
    levels_.leave_out({skipped.from(), skipped.to()}, now, sink);
  steady_.on_skipped(skipped);
}

void IndexStream::on_heartbeat(const v1::IndexSequence& sequence, Time now) {
  if (settings_->levels) levels_.know(sequence.index_sequence(), now);
  if (settings_->records) records_.know(sequence.record_sequence(), now);
}

void IndexStream::on_replay(Range asked, v1::ReplayReply& reply, Time now) {
  LevelSink sink{*this, now};
  for (v1::Level& level : *reply.mutable_levels()) {
    const std::uint64_t sequence = level.index_sequence();
    const bool asked_for = sequence >= asked.from && sequence <= asked.to &&
                           level.epoch() == epoch_ && level.code() == code_;
    if (!asked_for) continue;
    levels_.receive(sequence, level, Arrival::replay, now, sink);
  }
  levels_.answered(asked, reply.unavailable_before(), now, sink);
}

void IndexStream::on_records(Range asked, v1::RecordsReply& reply, Time now) {
  RecordSink sink{*this};
  for (v1::Event& record : *reply.mutable_records()) {
    const std::uint64_t sequence = sequence_of(record);
    const bool asked_for = sequence >= asked.from && sequence <= asked.to &&
                           epoch_of(record) == epoch_ && code_of(record) == code_;
    if (!asked_for) continue;
    records_.receive(sequence, record, Arrival::replay, now, sink);
  }
  records_.answered(asked, reply.unavailable_before(), now, sink);
}

void IndexStream::tick(Time now) {
  LevelSink level_sink{*this, now};
  levels_.tick(now, level_sink);
  RecordSink record_sink{*this};
  records_.tick(now, record_sink);
  if (!begun_ && offered_ && now - offered_at_ >= settings_->behind_limit) {
    begin(pending_ ? &*pending_ : nullptr, pending_to_, {.live = liveness_->live, .behind = true});
  }
}

void IndexStream::offer(const v1::Level* level, std::uint64_t complete_to, bool newest, Time now) {
  // An index that had levels and has none now is behind too.
  const bool behind = level == nullptr ? !watermark_.empty() : watermark_.behind(*level);
  if (!behind) return begin(level, complete_to, quality_of(level, newest));
  if (!offered_) offered_at_ = now;
  offered_ = true;
  if (level != nullptr) pending_ = *level;
  pending_to_ = complete_to;
  if (level != nullptr) ++counters_->behind;
}

void IndexStream::begin(const v1::Level* level, std::uint64_t complete_to, Quality quality) {
  begun_ = true;
  if (level != nullptr) watermark_.saw(*level);
  if (callbacks_->on_snapshot) {
    callbacks_->on_snapshot({code_, epoch_, complete_to, level, quality, why_});
  }
  pending_.reset();
  why_ = Begin::epoch;  // unless restart() knows another reason
}

void IndexStream::LevelSink::deliver(v1::Level& level, Arrival arrival, bool newest) {
  if (!stream.begun_) return stream.offer(&level, level.index_sequence(), newest, now);
  stream.watermark_.saw(level);
  ++stream.counters_->received;
  const bool recovered = arrival == Arrival::replay;
  if (recovered) ++stream.counters_->recovered;
  if (!stream.callbacks_->on_level) return;
  Quality quality = stream.quality_of(&level, newest);
  quality.recovered = recovered;
  stream.callbacks_->on_level(level, quality);
}

void IndexStream::LevelSink::lost(Range range, LossReason why) {
  if (!stream.begun_) {  // the snapshot to come covers them
    stream.pending_to_ = range.to;
    return;
  }
  const std::uint64_t count = range.to - range.from + 1;
  (why == LossReason::superseded ? stream.counters_->superseded
                                 : stream.counters_->unrecoverable) += count;
  stream.report_lost(Stream::levels, range, why);
}

void IndexStream::RecordSink::deliver(v1::Event& record, Arrival, bool) {
  const Callbacks& callbacks = *stream.callbacks_;
  if (stream.memory_.repeats(record)) return;
  if (record.has_status()) {
    if (callbacks.on_status) callbacks.on_status(record.status());
  } else if (record.has_definition()) {
    if (callbacks.on_definition) callbacks.on_definition(record.definition());
  } else if (record.has_correction()) {
    if (callbacks.on_correction) callbacks.on_correction(record.correction());
  } else if (record.has_pending()) {
    if (callbacks.on_pending) callbacks.on_pending(record.pending());
  }
}

void IndexStream::RecordSink::lost(Range range, LossReason why) {
  stream.report_lost(Stream::records, range, why);
}

void IndexStream::report_lost(Stream stream, Range range, LossReason why) const {
  if (callbacks_->on_lost) callbacks_->on_lost({code_, stream, epoch_, range.from, range.to, why});
}

}  // namespace indexcast::subscriber
