// What the clients of one thread are sent of the day's levels and records, as frames.
#pragma once

#include <cstdint>
#include <map>
#include <utility>
#include <vector>

#include "indexcast/v1/websocket.pb.h"
#include "server/messages/level_encoder.h"
#include "server/messages/level_pages.h"
#include "server/messages/record_pages.h"
#include "server/view/clock.h"
#include "server/view/level_reader.h"
#include "server/view/publisher_stats.h"
#include "server/view/server_view.h"
#include "server/web/client_stats.h"
#include "server/web/frame_encoder.h"
#include "server/web/stream_client.h"

namespace indexcast::server {

// What one reader thread knows of the day. The hub polls it.
struct DayState {
  LevelReader levels;
  LevelPages pages;
  RecordPages records;

  explicit DayState(const ServerView& view) : levels(view), pages(view), records(view) {}
};

// Encodes a message at most once per encoding, when the first client needs it. One thread.
class StreamFrames : public FrameSource {
 public:
  // `day` belongs to the day of `view`; all of them outlive this.
  StreamFrames(const DayState& day, const ServerView& view, Clock clock, PublisherStats& stats,
               ClientStats& clients);

  // Another day begins. The DayState already belongs to it.
  void begin_day(const ServerView& view, Clock clock);
  // The DayState has a newer level, or a newer record, of `index`.
  void forget_level(IndexId index) { frames_[index].level = frames_[index].snapshot = {}; }
  void forget_record(IndexId index) { frames_[index].record = frames_[index].snapshot = {}; }
  // The core's timer has come to `instant`, with which a grid may begin.
  void reach(TimeNs instant);
  // Whether somebody has been sent the newest level.
  bool level_was_sent(IndexId index) const { return frames_[index].level.any(); }

  Frame encode(const v1::ServerMessage& message, Encoding encoding);

  std::uint64_t newest_sequence(IndexId index) const override {
    return day_.levels.index_sequence(index);
  }
  std::uint64_t newest_record(IndexId index) const override { return day_.records.newest(index); }
  std::uint64_t first_record(IndexId index) const override { return day_.records.first(index); }
  Frame level_frame(IndexId index, Encoding encoding) override;
  Frame snapshot_frame(IndexId index, Encoding encoding, std::uint32_t id) override;
  Frame record_frame(IndexId index, Encoding encoding, std::uint64_t sequence) override;
  Frame skipped_frame(IndexId index, Encoding encoding, v1::StreamKind kind, std::uint64_t from,
                      std::uint64_t to) override;
  Frame grid_frame(IndexId index, Encoding encoding, std::int64_t interval_ms) override;
  Frame replay_frame(const StreamCommand& command, Encoding encoding) override;
  TimeNs instant() const override { return instant_; }

 private:
  const v1::Level& newest(IndexId index);

  const DayState& day_;
  Clock clock_;
  PublisherStats& stats_;
  ClientStats& client_stats_;
  const Universe* universe_;
  std::uint64_t epoch_;
  TimeNs instant_{};  // the core's timer, last
  LevelEncoder encoder_;
  FrameEncoder frame_encoder_;

  // Reused, so that its parts keep what they allocated.
  v1::ServerMessage level_message_;
  v1::ServerMessage grid_message_;

  struct IndexFrames {
    FrameSet level;
    FrameSet snapshot;
    FrameSet record;
  };
  std::vector<IndexFrames> frames_;  // of the newest level and record, by index
  std::map<std::pair<IndexId, std::int64_t>, FrameSet> grid_frames_;  // of the instant, by interval
};

}  // namespace indexcast::server
