#include "server/view/level_reader.h"

namespace indexcast::server {

LevelReader::LevelReader(const ServerView& view)
    : reader_(*view.ring, 0),
      latest_(view.latest),
      core_(view.core),
      levels_(view.universe->indices().size()),
      prices_(view.universe->instruments().size()) {}

void LevelReader::take_price(const PriceApplied& price, std::uint64_t stream_sequence) {
  PriceEntry& entry = prices_[price.header.id];
  entry.before = entry.stream_sequence == 0 ? price : entry.newest;
  entry.newest = price;
  entry.stream_sequence = stream_sequence;
}

const PriceApplied* LevelReader::price_at(InstrumentId instrument,
                                          std::uint64_t input_sequence) const {
  const PriceEntry& entry = prices_[instrument];
  if (entry.stream_sequence == 0) return nullptr;
  return entry.newest.header.input_sequence <= input_sequence ? &entry.newest : &entry.before;
}

}  // namespace indexcast::server
