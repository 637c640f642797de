#include "feedhandlers/sse/mktdt_watcher.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>

namespace indexcast::sse {

using feed::FeedCounter;

namespace {

constexpr std::size_t kFirstLine = 82;  // with its end

}  // namespace

MktdtWatcher::MktdtWatcher(const Settings& settings, Handler& handler)
    : path_(settings.fallback_file),
      poll_ns_(settings.fallback_poll_ns),
      handler_(handler),
      bytes_(std::make_unique<char[]>(kMaxFile)),
      advances_(settings.stale_after_ns) {
  mark_.first_line.reserve(kFirstLine);
  seen_.first_line.reserve(kFirstLine);
}

MktdtWatcher::~MktdtWatcher() { leave(); }

bool MktdtWatcher::poll(TimeNs now) {
  if (handler_.sources().source() != Source::file) {
    leave();
    state_ = FeedState::down;
    return false;
  }
  if (state_ == FeedState::down) {
    advances_.start(now);
    next_look_ = now;
    seen_.size = -1;  // whatever is there is new
    set_state(FeedState::connecting, now);
  }
  switch (step_) {
    case Step::waiting:
      return now >= next_look_ && look(now);
    case Step::loading:
      return load(now);
    case Step::taking:
      return take(now);
  }
  return false;
}

bool MktdtWatcher::look(TimeNs now) {
  next_look_ = now + poll_ns_;
  if (!open_file()) {
    leave();
    set_state(FeedState::stale, now);
    return true;
  }
  if (mark_ != seen_) {
    size_ = 0;
    step_ = Step::loading;
    return true;
  }
  leave();
  rest(now);
  return true;
}

bool MktdtWatcher::open_file() {
  descriptor_ = ::open(path_.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  struct stat status {};
  if (descriptor_ < 0 || ::fstat(descriptor_, &status) != 0) return false;
  if (!S_ISREG(status.st_mode)) return false;
  mark_.mtime_ns = status.st_mtim.tv_sec * kNsPerSecond + status.st_mtim.tv_nsec;
  mark_.size = status.st_size;
  mark_.inode = status.st_ino;
  std::array<char, kFirstLine> line{};
  const ssize_t count = ::pread(descriptor_, line.data(), line.size(), 0);
  mark_.first_line.assign(line.data(), count > 0 ? static_cast<std::size_t>(count) : 0);
  return true;
}

bool MktdtWatcher::load(TimeNs now) {
  const std::size_t room = std::min(kSlice, kMaxFile - size_);
  const ssize_t count = ::pread(descriptor_, bytes_.get() + size_, room, static_cast<off_t>(size_));
  if (count < 0) return refuse(FeedCounter::malformed, now), true;
  size_ += static_cast<std::size_t>(count);
  if (count != 0 && size_ < kMaxFile) return true;
  begin_taking(now);
  return true;
}

// The first line decides whether there is anything to take.
void MktdtWatcher::begin_taking(TimeNs now) {
  leave();
  std::string_view line;
  MktdtLines lines(loaded());
  MktdtHeaderLine header;
  if (size_ == kMaxFile || !lines.next(line) || read_header(line, header)) {
    return refuse(FeedCounter::malformed, now);
  }
  whole_ = size_ >= kMktdtBeforeBody + header.body_length;
  closed_ = header.status[0] == 'S' || header.status[0] == 'E';
  const auto sum = checksum_of(loaded());
  if (closed_ && (!sum || sum->stated != sum->actual)) return refuse(FeedCounter::malformed, now);
  const FeedCounter outcome = handler_.normalizer().on_file_header(header, now);
  if (outcome != FeedCounter::applied && outcome != FeedCounter::duplicate) {
    return refuse(outcome, now);
  }
  handler_.counters().add(outcome);
  written_ = stamps_.read(header.date, header.time);
  ++looks_;
  taken_ = lines.offset();
  step_ = Step::taking;
}

bool MktdtWatcher::take(TimeNs now) {
  const std::size_t end = std::min(size_, taken_ + kSlice);
  MktdtLines lines(loaded().substr(taken_));
  std::string_view line;
  while (taken_ + lines.offset() < end && lines.next(line)) take_line(line, now);
  taken_ += lines.offset();
  if (taken_ < size_ && lines.offset() != 0 && taken_ >= end) return true;
  if (taken_ < size_) handler_.counters().add(FeedCounter::malformed);  // the last line has no end
  finish(now);
  return true;
}

void MktdtWatcher::take_line(std::string_view line, TimeNs now) {
  handler_.counters().add(handler_.normalizer().on_file_record(line, looks_, now));
}

// A file that was read before is known; the first one may have been lying there for hours.
void MktdtWatcher::finish(TimeNs now) {
  step_ = Step::waiting;
  const bool first = seen_.size < 0;
  seen_ = mark_;
  if (!whole_) return set_state(FeedState::stale, now);
  if (!first) advances_.on_data(now);
  if (written_) advances_.on_exchange_time(*written_, now);
  if (first && !closed_) return;
  const bool stopped = advances_.stale(now, handler_.market_trades());
  set_state(stopped ? FeedState::stale : FeedState::live, now);
}

void MktdtWatcher::refuse(FeedCounter reason, TimeNs now) {
  leave();
  handler_.counters().add(reason);
  seen_ = mark_;
  set_state(FeedState::stale, now);
}

// Nothing new: right in a break and after the close, suspicious in trading.
void MktdtWatcher::rest(TimeNs now) {
  const bool stopped = advances_.stale(now, handler_.market_trades());
  const bool fresh = state_ == FeedState::live || state_ == FeedState::connecting;
  if (fresh && stopped) set_state(FeedState::stale, now);
}

void MktdtWatcher::leave() {
  if (descriptor_ >= 0) ::close(descriptor_);
  descriptor_ = -1;
  step_ = Step::waiting;
}

void MktdtWatcher::set_state(FeedState state, TimeNs now) {
  state_ = state;
  handler_.sources().on_file_state(state, now);
}

}  // namespace indexcast::sse
