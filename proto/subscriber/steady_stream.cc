#include "proto/subscriber/steady_stream.h"

#include <cstdint>

namespace indexcast::subscriber {
namespace {

constexpr std::uint64_t kNsPerMs = 1'000'000;

}  // namespace

auto SteadyStream::naming(Stream stream, std::uint64_t epoch) {
  return [this, stream, epoch](Range range, LossReason why) {
    if (callbacks_->on_lost) callbacks_->on_lost({code_, stream, epoch, range.from, range.to, why});
  };
}

void SteadyStream::on_grid(const v1::Grid& grid, const Quality& quality) {
  const bool next =
      grid_.receive(static_cast<std::uint64_t>(grid.grid_instant()), grid.pace_ms() * kNsPerMs,
                    naming(Stream::grid, grid.level().epoch()));
  if (!next) {
    ++counters_->duplicates;
    return;
  }
  ++counters_->grids;
  if (callbacks_->on_grid) callbacks_->on_grid(grid, quality);
}

void SteadyStream::on_inav(const v1::Inav& inav, const Quality& quality) {
  const bool of_grid = inav.pace() == v1::INAV_PACE_GRID;
  if (!(of_grid ? is_next_instant(inav) : is_next_tick(inav))) {
    ++counters_->duplicates;
    return;
  }
  ++counters_->inavs;
  if (callbacks_->on_inav) callbacks_->on_inav(inav, quality);
}

bool SteadyStream::is_next_tick(const v1::Inav& inav) {
  return ticks_.receive(inav.level().index_sequence(), 1,
                        naming(Stream::inav, inav.level().epoch()));
}

// Carries the newest tick's sequence as well.
bool SteadyStream::is_next_instant(const v1::Inav& inav) {
  const std::uint64_t epoch = inav.level().epoch();
  ticks_.know(inav.level().index_sequence(), naming(Stream::inav, epoch));
  return inav_grid_.receive(static_cast<std::uint64_t>(inav.grid_instant()),
                            inav.pace_ms() * kNsPerMs, naming(Stream::inav_grid, epoch));
}

void SteadyStream::on_skipped(const v1::Skipped& skipped) {
  const Range range{skipped.from(), skipped.to()};
  if (skipped.kind() == v1::STREAM_KIND_GRID) {
    grid_.leave_out(range, naming(Stream::grid, skipped.epoch()));
  } else if (skipped.kind() == v1::STREAM_KIND_LEVEL) {
    ticks_.leave_out(range, naming(Stream::inav, skipped.epoch()));
  } else if (skipped.kind() == v1::STREAM_KIND_INAV) {
    inav_grid_.leave_out(range, naming(Stream::inav_grid, skipped.epoch()));
  }
}

}  // namespace indexcast::subscriber
