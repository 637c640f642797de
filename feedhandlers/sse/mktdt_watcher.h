// Watches mktdt00.txt, which the gateway overwrites again and again, and reads it line by line.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "calc/event.h"
#include "calc/time.h"
#include "feedhandlers/market/china_stamp.h"
#include "feedhandlers/market/staleness_monitor.h"
#include "feedhandlers/sse/handler.h"
#include "feedhandlers/sse/settings.h"

namespace indexcast::sse {

// A look at the file: load it, in slices; check what can be checked; take its lines, in slices, so
// that no poll keeps its thread for longer than a slice. A line that does not stand in its columns
// is torn, counted malformed and left out; the others are good (4.4). The trailer's checksum must
// hold while the market is closed, when nobody writes, and says nothing while it is open.
//
// State of the file (channel 2): `connecting` until it has been seen to advance, or once if the
// market is closed; `live`; `stale` when it is missing, unreadable, of another day, shorter than
// its header says, damaged, or has not advanced, itself or its own time, for
// stale_after_ns while the market trades.
//
// One thread. Allocates at construction only: kMaxFile bytes.
class MktdtWatcher {
 public:
  // Real files have 2 MB; the market would have to grow eightfold.
  static constexpr std::size_t kMaxFile = 16 * 1024 * 1024;
  static constexpr std::size_t kSlice = 256 * 1024;

  // `handler` outlives it.
  MktdtWatcher(const Settings& settings, Handler& handler);
  ~MktdtWatcher();
  MktdtWatcher(const MktdtWatcher&) = delete;
  MktdtWatcher& operator=(const MktdtWatcher&) = delete;

  // Returns whether there was something to do. Does nothing while the gateways are the source.
  bool poll(TimeNs now);

 private:
  enum class Step : std::uint8_t { waiting, loading, taking };
  // What tells two contents apart without reading them: a file system may update its times late, so
  // the first line counts too.
  struct Mark {
    std::int64_t mtime_ns = 0;
    std::int64_t size = 0;
    std::uint64_t inode = 0;
    std::string first_line;
    friend bool operator==(const Mark&, const Mark&) = default;
  };

  bool look(TimeNs now);
  bool load(TimeNs now);
  void begin_taking(TimeNs now);
  bool take(TimeNs now);
  void take_line(std::string_view line, TimeNs now);
  void finish(TimeNs now);
  void refuse(feed::FeedCounter reason, TimeNs now);
  void rest(TimeNs now);
  void leave();
  void set_state(FeedState state, TimeNs now);
  bool open_file();
  std::string_view loaded() const { return {bytes_.get(), size_}; }

  const std::string path_;
  const std::int64_t poll_ns_;
  feed::ChinaStampReader stamps_;
  Handler& handler_;
  const std::unique_ptr<char[]> bytes_;
  std::size_t size_ = 0;   // loaded
  std::size_t taken_ = 0;  // of them
  int descriptor_ = -1;
  Step step_ = Step::waiting;
  FeedState state_ = FeedState::down;
  Mark mark_;  // of the file being read
  Mark seen_;  // of the last one read to its end
  std::uint64_t looks_ = 0;
  bool whole_ = false;             // as long as its header says
  bool closed_ = false;            // its header says that the market is
  std::optional<TimeNs> written_;  // the time in its header
  TimeNs next_look_{};
  feed::StalenessMonitor advances_;  // data: a content that was not there before
};

}  // namespace indexcast::sse
