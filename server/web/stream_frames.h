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
#include "server/view/level_mirror.h"
#include "server/view/publisher_stats.h"
#include "server/view/server_view.h"
#include "server/web/client_stats.h"
#include "server/web/frame_encoder.h"
#include "server/web/stream_client.h"

namespace indexcast::server {

// The hub's picture of a day, which it keeps and this reads.
struct DayPicture {
  LevelMirror levels;
  LevelPages pages;
  RecordPages records;

  explicit DayPicture(const ServerView& view) : levels(view), pages(view), records(view) {}
};

// A message is encoded at most once a form, when the first client needs it. One thread.
class StreamFrames : public FrameSource {
 public:
  // `picture` is of the day of `view`; all of them outlive this.
  StreamFrames(const DayPicture& picture, const ServerView& view, Clock clock,
               PublisherStats& stats, ClientStats& clients);

  // Another day begins: `picture` is of it already.
  void begin_day(const ServerView& view, Clock clock);
  // The picture has a newer level, a newer record of `index`.
  void forget_level(IndexId index) { frames_[index].level = frames_[index].snapshot = {}; }
  void forget_record(IndexId index) { frames_[index].record = frames_[index].snapshot = {}; }
  // The core's timer has come to `instant`, with which a grid may begin.
  void reach(TimeNs instant);
  // Whether somebody has been sent the newest level.
  bool level_was_sent(IndexId index) const { return frames_[index].level.any(); }

  Frame encode(const v1::ServerMessage& message, FrameForm form);

  std::uint64_t newest_sequence(IndexId index) const override {
    return picture_.levels.index_sequence(index);
  }
  std::uint64_t newest_record(IndexId index) const override {
    return picture_.records.newest(index);
  }
  std::uint64_t first_record(IndexId index) const override { return picture_.records.first(index); }
  Frame level_frame(IndexId index, FrameForm form) override;
  Frame snapshot_frame(IndexId index, FrameForm form, std::uint32_t id) override;
  Frame record_frame(IndexId index, FrameForm form, std::uint64_t sequence) override;
  Frame skipped_frame(IndexId index, FrameForm form, v1::StreamKind kind, std::uint64_t from,
                      std::uint64_t to) override;
  Frame grid_frame(IndexId index, FrameForm form, std::int64_t pace_ms) override;
  Frame replay_frame(const StreamCommand& command, FrameForm form) override;
  TimeNs instant() const override { return instant_; }

 private:
  const v1::Level& newest(IndexId index);

  const DayPicture& picture_;
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

  struct Frames {
    FrameSet level;
    FrameSet snapshot;
    FrameSet record;
  };
  std::vector<Frames> frames_;  // of the newest level and record, by index
  std::map<std::pair<IndexId, std::int64_t>, FrameSet> grid_frames_;  // of the instant, by pace
};

}  // namespace indexcast::server
