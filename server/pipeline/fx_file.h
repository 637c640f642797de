// FX from a watched file: one decimal number, units of the index's currency for one of the foreign
// one.
#pragma once

#include <sys/stat.h>

#include <cstdint>
#include <string>

#include "calc/event.h"
#include "calc/spsc_ring.h"
#include "server/config/config.h"
#include "server/pipeline/agent.h"
#include "server/pipeline/waker.h"

namespace indexcast::server {

// Looks at the file every FxSettings::poll_ms and hands a new rate to the core when its it was
// written anew. A file that is absent or holds no positive number changes nothing and is logged
// once until it is good again. Write it by renaming a finished file over it.
class FxFile final : public Agent {
 public:
  // `ring` and `core` outlive this. `series` is the number of settings.series in the universe, and
  // the file is settings.sources[rank].
  FxFile(const FxSettings& settings, std::uint32_t rank, SeriesId series,
         SpscRing<MarketEvent>& ring, Waker& core);

  std::size_t do_work(TimeNs now) override;

 private:
  bool changed();
  std::int64_t read_rate() const;

  std::string series_name_;
  std::string file_;
  std::int64_t poll_ns_;
  std::uint32_t rank_;
  SeriesId series_;
  SpscRing<MarketEvent>* ring_;
  Waker* core_;
  TimeNs next_look_{};
  timespec modified_{};
  std::uint64_t count_ = 0;
  bool complained_ = false;
};

}  // namespace indexcast::server
