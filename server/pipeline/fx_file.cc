#include "server/pipeline/fx_file.h"

#include <spdlog/spdlog.h>

#include <fstream>

#include "calc/decimal.h"
#include "feedhandlers/common/venue.h"

namespace indexcast::server {

FxFile::FxFile(const FxSettings& settings, std::uint32_t rank, SeriesId series,
               SpscRing<MarketEvent>& ring, Waker& core)
    : series_name_(settings.series),
      file_(settings.sources[rank]),
      poll_ns_(settings.poll_ms * kNsPerMs),
      rank_(rank),
      series_(series),
      ring_(&ring),
      core_(&core) {}

std::size_t FxFile::do_work(TimeNs now) {
  if (now < next_look_) return 0;
  next_look_ = now + poll_ns_;
  if (!changed()) return 0;
  const std::int64_t rate = read_rate();
  if (rate <= 0) {
    if (!complained_)
      spdlog::warn("{}: no positive rate for {}, the last one stays", file_, series_name_);
    complained_ = true;
    return 0;
  }
  complained_ = false;
  MarketEvent event;
  event.kind = EventKind::fx;
  event.feed = feed::kFxFeed;
  event.instrument = series_;
  event.channel = rank_;
  event.value[0] = rate;
  event.receive_time = event.exchange_time = now;
  event.feed_sequence = ++count_;
  if (!ring_->try_push(event)) modified_ = {};  // look again next time
  core_->wake();
  return 1;
}

bool FxFile::changed() {
  struct stat status {};
  if (::stat(file_.c_str(), &status) != 0) {
    if (!complained_) spdlog::warn("{}: cannot be read, {} stays as it is", file_, series_name_);
    complained_ = true;
    return false;
  }
  const bool same =
      status.st_mtim.tv_sec == modified_.tv_sec && status.st_mtim.tv_nsec == modified_.tv_nsec;
  modified_ = status.st_mtim;
  return !same;
}

std::int64_t FxFile::read_rate() const {
  std::ifstream file(file_);
  std::string text;
  file >> text;
  return parse_decimal64(text, FxRate::kDecimals).value_or(0);
}

}  // namespace indexcast::server
